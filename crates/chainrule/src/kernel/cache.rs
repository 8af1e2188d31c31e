//! Sizes of this machine's caches.

use std::sync::OnceLock;

/// Bytes of the caches of one core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caches {
    pub(super) first: usize,
    pub(super) second: usize,
}

/// What the system says of its first processor, or sizes that are common, where it says nothing.
pub(super) fn caches() -> Caches {
    static FOUND: OnceLock<Caches> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let size = |level: &str| (0..8).find_map(|index| size(index, level));
        Caches { first: size("1").unwrap_or(32 << 10), second: size("2").unwrap_or(512 << 10) }
    })
}

/// The size of that cache, if it is of that level and holds data.
fn size(index: usize, level: &str) -> Option<usize> {
    let read = |what: &str| {
        let path = format!("/sys/devices/system/cpu/cpu0/cache/index{index}/{what}");
        std::fs::read_to_string(path).ok()
    };
    let is_wanted = read("level")?.trim() == level && read("type")?.trim() != "Instruction";
    is_wanted.then(|| bytes(read("size")?.trim())).flatten()
}

/// Bytes of a size such as `48K`.
fn bytes(text: &str) -> Option<usize> {
    let number = |digits: &str| digits.parse::<usize>().ok().filter(|&n| n > 0);
    if let Some(digits) = text.strip_suffix('K') {
        return number(digits).map(|n| n << 10);
    }
    match text.strip_suffix('M') {
        Some(digits) => number(digits).map(|n| n << 20),
        None => number(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, caches};

    #[test]
    fn sizes_are_read_as_the_system_writes_them() {
        assert_eq!(bytes("48K"), Some(49_152));
        assert_eq!(bytes("1M"), Some(1_048_576));
        assert_eq!(bytes("512"), Some(512));
        assert_eq!(["", "K", "0K", "-1K", "x"].map(bytes), [None; 5]);
    }

    #[test]
    fn a_second_cache_is_not_smaller_than_the_first() {
        let found = caches();
        assert!((1 << 10..=found.second).contains(&found.first), "{found:?}");
    }
}
