//! Ways of computing many signatures, chosen at run time by what this CPU has and by what is fastest on it.

#![allow(
    clippy::inline_always,
    reason = "all is inlined into functions compiled for one CPU feature; a call in between would pass vectors through memory"
)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod plan;
mod portable;
mod search;
#[cfg(target_arch = "x86_64")]
mod vector;

use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

pub(crate) use plan::{Function, Plan, SHA1, SHA256};
pub(crate) use search::Search;

use crate::{Digest, Signer, Target};

/// One way of computing HMAC-SHA1 and HMAC-SHA256 over many words.
pub struct Kernel {
    name: &'static str,
    lanes: usize,
    pub(crate) sha1: Box<dyn Search<5>>,
    pub(crate) sha256: Box<dyn Search<8>>,
}

impl Kernel {
    fn new(name: &'static str, lanes: usize, kernel: impl Search<5> + Search<8> + Copy + 'static) -> Self {
        Self { name, lanes, sha1: Box::new(kernel), sha256: Box::new(kernel) }
    }

    /// The instructions it uses: `portable`, `avx2`, `avx512`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How many words it computes side by side.
    pub fn lanes(&self) -> usize {
        self.lanes
    }
}

/// The kernels that this CPU can run; the portable one is first.
pub fn kernels() -> &'static [Kernel] {
    static KERNELS: OnceLock<Vec<Kernel>> = OnceLock::new();
    KERNELS.get_or_init(|| {
        #[allow(unused_mut, reason = "other architectures have the portable kernel alone")]
        let mut all = vec![Kernel::new("portable", 1, portable::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(avx2::Avx2::detect().map(|kernel| Kernel::new("avx2", 8, kernel)));
            all.extend(avx512::Avx512::detect().map(|kernel| Kernel::new("avx512", 16, kernel)));
        }
        all
    })
}

/// The kernel that is fastest here for SHA-1, by a self-test of about a millisecond on the first call.
pub(crate) fn fastest_sha1() -> &'static Kernel {
    static FASTEST: OnceLock<usize> = OnceLock::new();
    let place = FASTEST.get_or_init(|| {
        let token = crate::flask_session(SECRET, "{}", 1);
        fastest(&SHA1, &token, &Signer::flask_session(), |kernel| &*kernel.sha1)
    });
    &kernels()[*place]
}

/// The kernel that is fastest here for SHA-256, like [`fastest_sha1`].
pub(crate) fn fastest_sha256() -> &'static Kernel {
    static FASTEST: OnceLock<usize> = OnceLock::new();
    let place = FASTEST.get_or_init(|| {
        let token = crate::jwt_hs(crate::Algorithm::Hs256, SECRET, "{}", "{}");
        fastest(&SHA256, &token, &Signer::plain(Digest::Sha256), |kernel| &*kernel.sha256)
    });
    &kernels()[*place]
}

const SECRET: &[u8] = b"self-test";

/// The place of the kernel that takes least time to find the secret among a few words; one that does not find it is out.
fn fastest<const N: usize>(
    function: &'static Function<N>,
    token: &str,
    signer: &Signer,
    pick: impl Fn(&'static Kernel) -> &'static dyn Search<N>,
) -> usize {
    let target = Target::signed(token, signer.clone());
    let plan = Plan::new(function, signer, target.iter());
    let mut words: Vec<&[u8]> = vec![b"some word"; 127];
    words.push(SECRET);
    let time = |kernel| {
        let start = Instant::now();
        let mut hits = Vec::new();
        pick(kernel).search(&plan, &words, &AtomicBool::new(false), &mut |word, _| hits.push(word));
        (hits == [words.len() - 1]).then(|| start.elapsed())
    };
    // The best of three: the first run warms up, and another process may take the core away.
    let best = |kernel| (0..3).map(|_| time(kernel)).collect::<Option<Vec<Duration>>>()?.into_iter().min();
    let times = kernels().iter().enumerate().filter_map(|(place, kernel)| Some((best(kernel)?, place)));
    times.min().map_or(0, |(_, place)| place)
}
