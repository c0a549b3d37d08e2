use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use super::json::{self, LARGEST_TREE};
use super::packed::Packed;
use super::text::Raw;
use super::{BodyBytes, BodyText, Json};

/// How much of a body is read as text. Dozens of rules read every response; what tells something about an API stands well before.
const TEXT: usize = 256 << 10;

/// Smaller bodies are kept as they are: packing them saves next to nothing.
const SMALL: usize = 2 << 10;

/// What is left of a body that nobody needs any more.
const EXCERPT: usize = 1 << 10;

/// Packed bodies larger than this are read as JSON without unpacking them whole.
const STREAMED: usize = 4 << 20;

/// What of a body is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Give {
    /// The bytes, which are packed instead.
    Bytes,
    /// The JSON read from them as well.
    Everything,
}

/// A body in the forms in which it is kept.
#[derive(Debug, Default)]
pub struct StoredBody {
    length: usize,
    forms: Mutex<Forms>,
    cache: OnceLock<Weak<dyn Owner>>,
    /// When it was read last, by the cache's count.
    used: AtomicU64,
}

#[derive(Debug, Default)]
struct Forms {
    raw: Option<Arc<Raw>>,
    packed: Packing,
    tree: Tree,
}

#[derive(Debug, Default)]
enum Packing {
    #[default]
    Untried,
    Useless,
    Done(Packed),
}

#[derive(Debug, Default)]
enum Tree {
    #[default]
    Unread,
    /// It is no JSON.
    None,
    Read(Json),
}

/// The bytes that a body takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// In all its forms.
    pub(super) now: usize,
    /// When everything is given up that can be, as far as is known.
    pub(super) least: usize,
}

/// Who counts what bodies take.
pub(super) trait Owner: std::fmt::Debug + Send + Sync {
    /// The next count of reads.
    fn tick(&self) -> u64;

    /// The forms of a body took so much before and take so much now.
    fn changed(&self, before: Taken, after: Taken);
}

impl Forms {
    fn taken(&self) -> Taken {
        let raw = self.raw.as_ref().map_or(0, |raw| raw.as_bytes().len());
        let packed = if let Packing::Done(packed) = &self.packed { packed.len() } else { 0 };
        let tree = if let Tree::Read(json) = &self.tree { json.bytes } else { 0 };
        Taken { now: raw + packed + tree, least: if packed > 0 { packed } else { raw } }
    }

    fn raw(&mut self) -> Arc<Raw> {
        let packed = &self.packed;
        Arc::clone(self.raw.get_or_insert_with(|| {
            Arc::new(Raw::of(if let Packing::Done(packed) = packed { packed.unpacked(usize::MAX) } else { Vec::new() }))
        }))
    }
}

impl StoredBody {
    /// A body that belongs to no cache yet, and stays as it is until then.
    pub fn new(bytes: Vec<u8>) -> StoredBody {
        let length = bytes.len();
        let forms = Forms { raw: Some(Arc::new(Raw::of(bytes))), ..Forms::default() };
        StoredBody { length, forms: Mutex::new(forms), ..StoredBody::default() }
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The bytes.
    pub fn bytes(&self) -> BodyBytes {
        BodyBytes(self.read(Forms::raw))
    }

    /// The first 256 KiB as text, invalid UTF-8 replaced.
    pub fn text(&self) -> BodyText {
        let long = self.length > TEXT;
        self.read(|forms| match (&forms.raw, &forms.packed) {
            (None, Packing::Done(packed)) if long => BodyText::of(Arc::new(Raw::of(packed.unpacked(TEXT))), TEXT),
            _ => BodyText::of(forms.raw(), TEXT),
        })
    }

    /// The JSON that all of it is, if it is; of a very large one the beginning (see [`LARGEST_TREE`]).
    pub fn json(&self) -> Option<Json> {
        let long = self.length > STREAMED;
        self.read(|forms| {
            if let Tree::Read(json) = &forms.tree {
                return Some(json.clone());
            }
            if matches!(forms.tree, Tree::None) {
                return None;
            }
            let read = match (&forms.raw, &forms.packed) {
                (None, Packing::Done(packed)) if long => {
                    json::may_begin(&packed.unpacked(TEXT)).then(|| json::of_reader(packed.reader(), LARGEST_TREE))
                }
                _ => {
                    let raw = forms.raw();
                    json::may_begin(raw.as_bytes()).then(|| json::of_bytes(raw.as_bytes(), LARGEST_TREE))
                }
            };
            let Some(json) = read.flatten() else {
                forms.tree = Tree::None;
                return None;
            };
            forms.tree = Tree::Read(json.clone());
            Some(json)
        })
    }

    /// Gives up all but the beginning, for good. Its length is known from then on, and that what is left is no JSON if something was
    /// taken away.
    pub fn reduce(&self) {
        self.change(|forms| {
            forms.tree = Tree::Unread;
            if self.length > EXCERPT {
                let beginning = match &forms.packed {
                    Packing::Done(packed) => packed.unpacked(EXCERPT),
                    _ => forms.raw().as_bytes().iter().copied().take(EXCERPT).collect(),
                };
                *forms = Forms { raw: Some(Arc::new(Raw::of(beginning))), packed: Packing::Useless, tree: Tree::None };
            }
        });
    }

    /// Reads a form, and tells the cache what that added.
    fn read<T>(&self, read: impl FnOnce(&mut Forms) -> T) -> T {
        if let Some(cache) = self.cache.get().and_then(Weak::upgrade) {
            self.used.store(cache.tick(), Ordering::Relaxed);
        }
        self.change(read)
    }

    /// Changes the forms, and tells the cache by how much.
    fn change<T>(&self, change: impl FnOnce(&mut Forms) -> T) -> T {
        let mut forms = self.lock();
        let before = forms.taken();
        let result = change(&mut forms);
        let after = forms.taken();
        drop(forms);
        if before != after
            && let Some(cache) = self.cache.get().and_then(Weak::upgrade)
        {
            cache.changed(before, after);
        }
        result
    }

    /// From now on this cache owns it.
    pub(super) fn belongs_to(&self, cache: &Arc<dyn Owner>) {
        if self.cache.set(Arc::downgrade(cache)).is_ok() {
            self.used.store(cache.tick(), Ordering::Relaxed);
            let taken = self.lock().taken();
            cache.changed(Taken::default(), taken);
        }
    }

    pub(super) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Gives up what can be made again and nobody holds; says what it took before and takes now. What is being read is left alone.
    pub(super) fn shrink(&self, give: Give) -> (Taken, Taken) {
        let Ok(mut forms) = self.forms.try_lock() else { return Default::default() };
        let before = forms.taken();
        if give == Give::Everything
            && let Tree::Read(json) = &forms.tree
            && Arc::strong_count(&json.tree) == 1
        {
            forms.tree = Tree::Unread;
        }
        if let Some(raw) = forms.raw.take_if(|raw| raw.as_bytes().len() > SMALL && Arc::strong_count(raw) == 1) {
            if matches!(forms.packed, Packing::Untried) {
                forms.packed = Packed::of(raw.as_bytes()).map_or(Packing::Useless, Packing::Done);
            }
            if matches!(forms.packed, Packing::Useless) {
                forms.raw = Some(raw);
            }
        }
        (before, forms.taken())
    }

    fn lock(&self) -> MutexGuard<'_, Forms> {
        self.forms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
