//! The Merkle tree over the leaves: its root, and the few hashes that suffice to let it grow.
//!
//! It holds hashes only; where they are stored is the caller's affair.
//!
//! Format: RFC 6962 section 2.1 (RFC 9162 section 2.1 hashes alike).
//! Units: sizes and indexes count leaves, from 0.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::leaf::{Hash, node_hash};

/// A tree of a certain size. The root does not contain the size, so neither means anything without the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// How many leaves there are.
    pub size: u64,
    /// The hash of the whole tree.
    pub root: Hash,
}

/// The root of the tree over these leaf hashes.
pub fn root(leaf_hashes: &[Hash]) -> Hash {
    let mut range = CompactRange::new();
    for leaf_hash in leaf_hashes {
        range.append(leaf_hash);
    }
    range.head().root
}

/// All leaves so far, as the roots of the largest perfect subtrees: at most 64 hashes, for any size.
///
/// Enough to append and to know the root; not enough to prove anything about a leaf.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompactRange {
    size: u64,
    /// One for each set bit of `size`, the largest subtree (the leftmost) first.
    peaks: Vec<Hash>,
}

impl CompactRange {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Continue from what [`peaks`](Self::peaks) gave at this size. None when the number of peaks is another one.
    ///
    /// Wrong peaks cannot be told from right ones here: compare the root with one that is trusted.
    pub fn resume(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// Add the next leaf.
    pub fn append(&mut self, leaf_hash: &Hash) {
        let mut peak = *leaf_hash;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("there is a peak for each set bit of the size");
            peak = node_hash(&left, &peak);
        }
        self.peaks.push(peak);
        self.size += 1;
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: fold(&self.peaks) }
    }

    /// The roots of the largest perfect subtrees, from left to right.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }
}

/// A perfect subtree: the `2^level` leaves from `index * 2^level` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// Its height; 0 is a leaf.
    pub level: u8,
    /// Its place among the nodes of that height.
    pub index: u64,
}

/// The perfect subtrees that make up a subtree, from left to right; [`fold`] makes its hash of theirs.
///
/// Right for ranges that are subtrees of an RFC 6962 tree, whose start is aligned to their largest perfect subtree.
pub(crate) fn perfect_subtrees(range: &Range<u64>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut start = range.start;
    while let Some(largest) = range.end.saturating_sub(start).checked_ilog2() {
        let level = largest.min(start.trailing_zeros());
        nodes.push(Node { level: level.try_into().expect("a u64 has no more than 64 bits"), index: start >> level });
        start += 1 << level;
    }
    nodes
}

/// The root above perfect subtrees of falling size.
pub(crate) fn fold(peaks: &[Hash]) -> Hash {
    peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
}

fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::leaf::leaf_hash;

    /// The leaves of the test tree that Certificate Transparency implementations share.
    const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    /// Its root at each size from 0 to 8.
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    pub(crate) fn certificate_transparency_leaves() -> Vec<Hash> {
        LEAVES.iter().map(|leaf| leaf_hash(&hex::decode(leaf).unwrap())).collect()
    }

    /// Leaf hashes that all differ.
    pub(crate) fn distinct_leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
    }

    /// The definition of RFC 6962 section 2.1, word for word.
    pub(crate) fn defined_root(leaf_hashes: &[Hash]) -> Hash {
        match leaf_hashes {
            [] => empty_root(),
            [only] => *only,
            _ => {
                let (left, right) = leaf_hashes.split_at(leaf_hashes.len().next_power_of_two() / 2);
                node_hash(&defined_root(left), &defined_root(right))
            }
        }
    }

    #[test]
    fn the_roots_are_those_of_the_certificate_transparency_test_tree() {
        let leaves = certificate_transparency_leaves();
        for (size, expected) in ROOTS.iter().enumerate() {
            assert_eq!(hex::encode(root(&leaves[..size])), *expected, "size {size}");
        }
    }

    #[test]
    fn a_range_with_the_wrong_number_of_peaks_is_not_resumed() {
        assert_eq!(CompactRange::resume(3, vec![[0; 32]]), None);
        assert_eq!(CompactRange::resume(0, vec![[0; 32]]), None);
        assert_eq!(CompactRange::resume(0, vec![]), Some(CompactRange::new()));
    }

    #[test]
    fn a_range_is_made_of_its_largest_perfect_subtrees() {
        assert_eq!(perfect_subtrees(&(0..0)), []);
        assert_eq!(
            perfect_subtrees(&(0..7)),
            [Node { level: 2, index: 0 }, Node { level: 1, index: 2 }, Node { level: 0, index: 6 }]
        );
        assert_eq!(perfect_subtrees(&(4..7)), [Node { level: 1, index: 2 }, Node { level: 0, index: 6 }]);
        assert_eq!(perfect_subtrees(&(0..u64::MAX)).len(), 64);
    }

    proptest! {
        #[test]
        fn the_root_is_the_defined_one(size in 0u64..700) {
            let leaves = distinct_leaves(size);
            prop_assert_eq!(root(&leaves), defined_root(&leaves));
        }

        #[test]
        fn a_resumed_range_grows_like_one_never_put_down(before in 0u64..300, after in 0u64..300) {
            let leaves = distinct_leaves(before + after);
            let (early, late) = leaves.split_at(usize::try_from(before).unwrap());
            let mut first = CompactRange::new();
            for leaf in early {
                first.append(leaf);
            }
            let mut resumed = CompactRange::resume(first.head().size, first.peaks().to_vec()).unwrap();
            for leaf in late {
                resumed.append(leaf);
            }
            prop_assert_eq!(resumed.head(), TreeHead { size: before + after, root: defined_root(&leaves) });
        }
    }
}
