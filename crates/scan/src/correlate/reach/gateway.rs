//! What gateways, load balancers and hosts say of their own when no request gets to the API: by what their vendors document.

use model::Exchange;
use wire::Recorded;

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// It knows nobody who serves this host or path.
    NoRoute,
    /// It cannot reach who serves it.
    Upstream,
    /// It refuses this client.
    Refused,
}

/// A product and how its own responses are told: by status, and by a header, with what its value contains, or a text of the body.
struct Gateway {
    name: &'static str,
    says: Says,
    statuses: &'static [u16],
    headers: &'static [(&'static str, &'static str)],
    texts: &'static [&'static str],
}

const fn gateway(
    name: &'static str,
    says: Says,
    statuses: &'static [u16],
    headers: &'static [(&'static str, &'static str)],
    texts: &'static [&'static str],
) -> Gateway {
    Gateway { name, says, statuses, headers, texts }
}

/// Statuses of a gateway that cannot reach who is behind it.
const BAD: &[u16] = &[502, 503, 504];

/// Sources: nginx `ngx_http_special_response.c`; httpd `modules/http/http_protocol.c`; docs.haproxy.org (`errorfile`); envoyproxy.io (response flags);
/// docs.konghq.com; docs.aws.amazon.com/apigateway (gateway responses) and /elasticloadbalancing; learn.microsoft.com/azure/application-gateway;
/// developers.cloudflare.com (5xx errors); cloud.google.com/load-balancing; devcenter.heroku.com (error codes); vercel.com/docs/errors;
/// varnish-cache.org; wiki.squid-cache.org; ngrok.com/docs/errors; kubernetes.github.io/ingress-nginx (default backend); caddyserver.com.
const GATEWAYS: [Gateway; 24] = [
    gateway("nginx", Says::Upstream, &[502, 504], &[], &["<center>nginx", "<center>openresty"]),
    gateway(
        "Apache httpd",
        Says::Upstream,
        BAD,
        &[],
        &["The proxy server", "temporarily unable to service your\nrequest"],
    ),
    gateway(
        "HAProxy",
        Says::Upstream,
        BAD,
        &[],
        &["No server is available to handle this request", "The server didn't respond in time"],
    ),
    gateway(
        "Envoy",
        Says::Upstream,
        BAD,
        &[],
        &["upstream connect error or disconnect/reset before headers", "no healthy upstream"],
    ),
    gateway("Envoy", Says::NoRoute, &[404], &[("server", "envoy"), ("server", "istio-envoy")], &[]),
    gateway("Caddy", Says::Upstream, BAD, &[("server", "Caddy")], &[]),
    gateway("Kong", Says::NoRoute, &[404], &[], &["no Route matched with those values"]),
    gateway("Kong", Says::Upstream, BAD, &[], &["An invalid response was received from the upstream server"]),
    gateway(
        "Amazon API Gateway",
        Says::NoRoute,
        &[403],
        &[("x-amzn-errortype", "MissingAuthenticationToken")],
        &["Missing Authentication Token"],
    ),
    gateway("Amazon API Gateway", Says::Refused, &[401, 403], &[("x-amzn-errortype", "")], &[]),
    gateway("the AWS load balancer", Says::Upstream, BAD, &[("server", "awselb")], &[]),
    gateway("the AWS load balancer", Says::NoRoute, &[404], &[("server", "awselb")], &[]),
    gateway("the AWS load balancer", Says::Refused, &[403], &[("server", "awselb")], &[]),
    gateway("Azure Application Gateway", Says::Upstream, BAD, &[], &["Microsoft-Azure-Application-Gateway"]),
    gateway("Azure Application Gateway", Says::Refused, &[403], &[], &["Microsoft-Azure-Application-Gateway"]),
    gateway(
        "Cloudflare",
        Says::Upstream,
        &[520, 521, 522, 523, 524, 525, 526, 530],
        &[("server", "cloudflare")],
        &["cf-error-details"],
    ),
    gateway(
        "Google Cloud",
        Says::NoRoute,
        &[404],
        &[],
        &["was not found on this server.  <ins>That’s all we know.</ins>"],
    ),
    gateway(
        "Google Cloud",
        Says::Upstream,
        BAD,
        &[],
        &["could not complete your request.<p>Please try again in 30 seconds"],
    ),
    gateway("Heroku", Says::NoRoute, &[404, 503], &[], &["herokucdn.com/error-pages/no-such-app"]),
    gateway("Heroku", Says::Upstream, BAD, &[], &["herokucdn.com/error-pages/application-error"]),
    gateway("Vercel", Says::NoRoute, &[404], &[("x-vercel-error", "NOT_FOUND")], &[]),
    gateway("the default backend of the ingress", Says::NoRoute, &[404], &[], &["default backend - 404"]),
    gateway("Varnish", Says::Upstream, BAD, &[], &["Backend fetch failed", "Guru Meditation"]),
    gateway("Squid", Says::Upstream, BAD, &[("x-squid-error", "")], &[]),
];

/// What a gateway in front of the API says of most requests, with what to do, as a sentence; `None` where none does.
pub(in crate::correlate) fn told(records: &[Recorded]) -> Option<String> {
    sentence(records.iter().map(|record| record.exchange.as_ref()))
}

fn sentence<'a>(exchanges: impl Iterator<Item = &'a Exchange>) -> Option<String> {
    let responses: Vec<&Exchange> = exchanges.filter(|exchange| exchange.response().is_some()).collect();
    let own: Vec<(&Gateway, u16)> = responses.iter().filter_map(|e| Some((own(e)?, e.status()))).collect();
    let (first, status) = *own.first().filter(|_| own.len() * 2 > responses.len())?;
    let of = format!("status {status} for {} of {}", own.len(), model::counted(responses.len(), "request"));
    let name = first.name;
    Some(match first.says {
        Says::NoRoute => format!(
            "{name}, in front of the API, knows no service for this host and path ({of}); check both in the URL"
        ),
        Says::Upstream => format!(
            "{name}, in front of the API, cannot reach the service behind it ({of}); start the service, then scan again"
        ),
        Says::Refused => format!(
            "{name}, in front of the API, refuses this client ({of}); allow it through, or give the key that the gateway wants with --auth-type \
             api-key, --auth-name and --auth-value"
        ),
    })
}

/// Whose response this is, if it is a gateway's own.
fn own(exchange: &Exchange) -> Option<&'static Gateway> {
    let response = exchange.response()?;
    let text = exchange.text();
    GATEWAYS.iter().find(|gateway| {
        let header = |(name, part): &(&str, &str)| response.header_all(name).any(|value| value.contains(part));
        gateway.statuses.contains(&response.status)
            && (gateway.headers.iter().any(header) || gateway.texts.iter().any(|part| text.contains(part)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::answered;

    use super::*;

    fn told(count: usize, status: u16, headers: &[(&str, &str)], body: &str) -> Option<String> {
        let all: Vec<Exchange> = (0..count)
            .map(|_| answered("/", status, headers, body))
            .chain([answered("/own", 404, &[], "{\"error\":\"none\"}")])
            .collect();
        sentence(all.iter())
    }

    #[test]
    fn a_gateways_own_response_names_it_and_what_to_do() {
        let nginx = "<html><center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.24.0</center></html>";
        let said = told(2, 502, &[], nginx).unwrap();
        assert!(said.starts_with("nginx, in front of the API, cannot reach") && said.contains("2 of 3"), "{said}");
        let kong = told(2, 404, &[], "{\"message\":\"no Route matched with those values\"}").unwrap();
        assert!(kong.starts_with("Kong") && kong.contains("check both in the URL"), "{kong}");
        let headers = [("x-amzn-ErrorType", "ForbiddenException")];
        let amazon = told(2, 403, &headers, "{\"message\":\"Forbidden\"}").unwrap();
        assert!(amazon.starts_with("Amazon API Gateway") && amazon.contains("--auth-name"), "{amazon}");
        let unknown = told(2, 403, &[("x-amzn-ErrorType", "MissingAuthenticationTokenException")], "{}").unwrap();
        assert!(unknown.contains("knows no service"), "{unknown}");
    }

    #[test]
    fn what_the_api_says_itself_is_no_gateways() {
        let nginx = "<center>nginx/1.24.0</center>";
        assert_eq!(told(2, 404, &[], nginx), None, "a file that is not there");
        assert_eq!(told(2, 502, &[], "{\"error\":\"the bank did not answer\"}"), None);
        assert_eq!(told(1, 502, &[], nginx), None, "not most of them");
        assert_eq!(told(2, 500, &[("server", "Caddy")], "{}"), None);
    }

    #[test]
    fn every_gateway_can_be_told() {
        for gateway in &GATEWAYS {
            assert!(!gateway.headers.is_empty() || !gateway.texts.is_empty(), "{}", gateway.name);
            assert!(gateway.statuses.iter().all(|status| *status >= 400), "{}", gateway.name);
        }
    }
}
