/// The alerts that servers refuse a hello with (RFC 8446, section 6, and its predecessors).
const ALERTS: &[(u8, &str)] = &[
    (0, "close_notify"),
    (10, "unexpected_message"),
    (20, "bad_record_mac"),
    (22, "record_overflow"),
    (40, "handshake_failure"),
    (47, "illegal_parameter"),
    (49, "access_denied"),
    (50, "decode_error"),
    (51, "decrypt_error"),
    (70, "protocol_version"),
    (71, "insufficient_security"),
    (80, "internal_error"),
    (86, "inappropriate_fallback"),
    (90, "user_canceled"),
    (109, "missing_extension"),
    (110, "unsupported_extension"),
    (112, "unrecognized_name"),
    (116, "certificate_required"),
    (120, "no_application_protocol"),
];

/// The alert's name, or its number when it has none here.
pub(super) fn name(description: u8) -> String {
    ALERTS
        .iter()
        .find(|(known, _)| *known == description)
        .map_or_else(|| description.to_string(), |(_, name)| (*name).to_owned())
}
