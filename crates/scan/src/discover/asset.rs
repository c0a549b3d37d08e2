/// Files that are fetched by pages, not called by clients.
pub(super) fn is_asset(path: &str) -> bool {
    const ENDINGS: [&str; 26] = [
        ".js",
        ".mjs",
        ".css",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".svg",
        ".ico",
        ".bmp",
        ".webp",
        ".avif",
        ".woff",
        ".woff2",
        ".ttf",
        ".otf",
        ".eot",
        ".map",
        ".pdf",
        ".mp3",
        ".mp4",
        ".ogg",
        ".webm",
        ".wasm",
        ".vtt",
        ".webmanifest",
    ];
    let lower = path.to_ascii_lowercase();
    ENDINGS.iter().any(|e| lower.ends_with(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_are_told_by_their_ending() {
        assert!(is_asset("/static/app.JS") && is_asset("/fonts/a.woff2"));
        assert!(!is_asset("/api/js") && !is_asset("/report.json"));
    }
}
