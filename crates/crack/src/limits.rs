//! How large tokens may be.

/// The longest token that is read, in bytes: servers take header lines of 8 to 16 KB, and the cost of each word grows with the token.
pub const MAX_TOKEN: usize = 16 << 10;

/// The longest payload taken out of a compressed token, in bytes. A browser keeps cookies of 4 KB; zlib shrinks at most about 1000 times.
pub const MAX_PAYLOAD: usize = 1 << 20;
