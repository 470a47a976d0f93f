//! What both index files of a segment are: entries of one size, in the order of their keys.

/// The entries of a file of whole entries; `None` when its size says that it is none. Zeros at the
/// end are room that was reserved ahead and are left out.
pub(super) fn used_entries(file: &[u8], entry_bytes: usize) -> Option<&[u8]> {
    if !file.len().is_multiple_of(entry_bytes) {
        return None;
    }
    let used = file
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |at| at + 1);
    Some(&file[..used.next_multiple_of(entry_bytes)])
}

/// The last of `count` entries that is not past what is looked for.
pub(super) fn last_not_past(count: usize, is_past: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        if is_past(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low.checked_sub(1)
}
