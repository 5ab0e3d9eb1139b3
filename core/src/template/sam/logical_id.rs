/// Stands in a logical id for the hash that SAM makes of code or of an API's definition, which only a packaged
/// template has. No logical id of an author's can hold it.
pub const HASH_MARKER: char = '#';

/// The first ten hexadecimal digits of the SHA-1 of `text`: SAM ends many logical ids with it.
pub(super) fn hash(text: &str) -> String {
    let digest = sha1(text.as_bytes());
    let digits = digest[..5].iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

/// `prefix`, and behind it `suffix` where that fits a logical id, its hash where not.
pub(super) fn with_suffix(prefix: &str, suffix: &str) -> String {
    if suffix.is_empty() {
        prefix.to_owned()
    } else if is_alphanumeric(suffix) {
        format!("{prefix}{suffix}")
    } else {
        format!("{prefix}{}", hash(suffix))
    }
}

/// Whether the text is all letters and digits, and not empty.
pub(super) fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_alphanumeric)
}

/// SHA-1 as FIPS 180-4 has it. Nothing here is secret: the hash only names resources.
fn sha1(message: &[u8]) -> [u8; 20] {
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(message.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        absorb(&mut state, block);
    }
    let mut digest = [0; 20];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

// The letters are the standard's.
#[allow(clippy::many_single_char_names)]
fn absorb(state: &mut [u32; 5], block: &[u8]) {
    let mut words = [0_u32; 80];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
    }
    for index in 16..80 {
        let mixed = words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16];
        words[index] = mixed.rotate_left(1);
    }
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for (index, word) in words.iter().enumerate() {
        let (chosen, constant) = match index {
            0..20 => ((b & c) | (!b & d), 0x5a82_7999),
            20..40 => (b ^ c ^ d, 0x6ed9_eba1),
            40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
            _ => (b ^ c ^ d, 0xca62_c1d6_u32),
        };
        let next =
            a.rotate_left(5).wrapping_add(chosen).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
        (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
    }
    for (word, added) in state.iter_mut().zip([a, b, c, d, e]) {
        *word = word.wrapping_add(added);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_the_published_ones() {
        assert_eq!(hash(""), "da39a3ee5e");
        assert_eq!(hash("abc"), "a9993e3647");
        assert_eq!(hash(&"a".repeat(1_000)), "291e9a6c66");
    }

    #[test]
    fn a_suffix_that_fits_no_logical_id_is_hashed() {
        assert_eq!(with_suffix("ApiStage", ""), "ApiStage");
        assert_eq!(with_suffix("Permission", "Prod"), "PermissionProd");
        assert_eq!(with_suffix("Permission", "abc-").len(), "Permission".len() + 10);
    }
}
