//! Targets put together by what their signatures share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::kernel::{Plan, SHA1, SHA256, Search, fastest_sha1, fastest_sha256};
use crate::{Digest, Kernel, Signer, Target};

/// Targets of one signer, whose derived keys are computed once for each word.
pub(crate) struct Group<'a> {
    targets: Vec<(usize, &'a Target)>,
    method: Method<'a>,
}

enum Method<'a> {
    Sha1(&'a dyn Search<5>, Plan<5>),
    Sha256(&'a dyn Search<8>, Plan<8>),
    /// Word by word through the reference: the 64-bit digests have no kernels.
    Reference,
}

impl<'a> Group<'a> {
    /// The open targets (places among all) by signer, to be searched by this kernel or else the fastest.
    pub(crate) fn all(kernel: Option<&'a Kernel>, targets: &'a [Target], open: &[usize]) -> Vec<Self> {
        let mut signers: BTreeMap<&Signer, Vec<(usize, &Target)>> = BTreeMap::new();
        for place in open {
            signers.entry(targets[*place].signer()).or_default().push((*place, &targets[*place]));
        }
        let group = |(signer, targets): (&Signer, Vec<(usize, &'a Target)>)| {
            let members = targets.iter().map(|(_, target)| *target);
            let method = match signer.digest {
                Digest::Sha1 => {
                    Method::Sha1(&*kernel.unwrap_or_else(|| fastest_sha1()).sha1, Plan::new(&SHA1, signer, members))
                }
                Digest::Sha256 => Method::Sha256(
                    &*kernel.unwrap_or_else(|| fastest_sha256()).sha256,
                    Plan::new(&SHA256, signer, members),
                ),
                Digest::Sha384 | Digest::Sha512 => Method::Reference,
            };
            Group { targets, method }
        };
        signers.into_iter().map(group).collect()
    }

    /// Tells `hit` the place of the word and of the target where a signature may fit.
    pub(crate) fn search(&self, words: &[&[u8]], stop: &AtomicBool, hit: &mut dyn FnMut(usize, usize)) {
        let mut of_all = |word, member: usize| hit(word, self.targets[member].0);
        match &self.method {
            Method::Sha1(kernel, plan) => kernel.search(plan, words, stop, &mut of_all),
            Method::Sha256(kernel, plan) => kernel.search(plan, words, stop, &mut of_all),
            Method::Reference => {
                for (place, word) in words.iter().enumerate() {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    for (target, token) in &self.targets {
                        if token.verify(word) {
                            hit(place, *target);
                        }
                    }
                }
            }
        }
    }
}
