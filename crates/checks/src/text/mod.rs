//! Reading and writing texts: what stands in HTML, headers, cookies, tokens and files, without any knowledge of a scan.

pub mod challenge;
pub mod html;
pub mod jwt;
pub mod labelled;
pub mod mailbox;
pub mod patterns;
pub mod percent;
pub mod requirements;
pub mod set_cookie;
