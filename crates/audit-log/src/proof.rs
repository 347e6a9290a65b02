//! Proofs that an event is in the tree, and that a tree only grew; making them and checking them.
//!
//! Making one is two steps, so that the caller reads the hashes in whatever way they are stored: a [`Plan`] names the
//! nodes, and assembles the proof from their hashes. Checking one needs no storage, and no trust in who made it.
//!
//! Format: RFC 9162 sections 2.1.3 (inclusion) and 2.1.4 (consistency), as a list of hashes.
//! Invariants: heads come from signed checkpoints. A proof binds roots, not sizes: a size that nobody signed may be
//! off and the proof still hold.

use std::ops::Range;

use crate::{
    leaf::{Hash, node_hash},
    tree::{Node, TreeHead, fold, perfect_subtrees},
};

/// The nodes whose hashes a proof is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// For each hash of the proof the perfect subtrees it is made of, one unless it lies on the right edge.
    parts: Vec<Vec<Node>>,
}

impl Plan {
    fn of_subtrees(ranges: &[Range<u64>]) -> Self {
        Self { parts: ranges.iter().map(perfect_subtrees).collect() }
    }

    /// What to read; at most a few for each level of the tree.
    pub fn nodes(&self) -> impl Iterator<Item = Node> {
        self.parts.iter().flatten().copied()
    }

    /// The proof, from the hashes of [`nodes`](Self::nodes) in that order. None when there are more or fewer.
    pub fn assemble(&self, node_hashes: &[Hash]) -> Option<Vec<Hash>> {
        let mut rest = node_hashes;
        let mut proof = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let (hashes, others) = rest.split_at_checked(part.len())?;
            proof.push(fold(hashes));
            rest = others;
        }
        rest.is_empty().then_some(proof)
    }
}

/// Why there can be no such proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The leaf is not in the tree yet: ask again when the tree has grown.
    #[error("leaf {leaf_index} is not in a tree of {tree_size} leaves")]
    LeafOutsideTree {
        /// The leaf asked for.
        leaf_index: u64,
        /// The size of the tree.
        tree_size: u64,
    },
    /// The tree that should be the older one is the larger.
    #[error("a tree of {new_size} leaves cannot have grown from one of {old_size}")]
    TreeShrank {
        /// The size of the older tree.
        old_size: u64,
        /// The size of the newer tree.
        new_size: u64,
    },
}

/// What proves that the leaf at this index is in the tree of this size (RFC 9162 section 2.1.3.1).
pub fn plan_inclusion(leaf_index: u64, tree_size: u64) -> Result<Plan, PlanError> {
    if leaf_index >= tree_size {
        return Err(PlanError::LeafOutsideTree { leaf_index, tree_size });
    }
    let mut siblings = Vec::new();
    let mut subtree = 0..tree_size;
    while subtree != (leaf_index..leaf_index + 1) {
        let (left, right) = halves(&subtree);
        if left.contains(&leaf_index) {
            siblings.push(right);
            subtree = left;
        } else {
            siblings.push(left);
            subtree = right;
        }
    }
    siblings.reverse();
    Ok(Plan::of_subtrees(&siblings))
}

/// What proves that the tree of the new size begins with that of the old size (RFC 9162 section 2.1.4.1).
///
/// The proof is empty when the sizes are equal or the old tree is empty.
pub fn plan_consistency(old_size: u64, new_size: u64) -> Result<Plan, PlanError> {
    if old_size > new_size {
        return Err(PlanError::TreeShrank { old_size, new_size });
    }
    if old_size == 0 {
        return Ok(Plan::of_subtrees(&[]));
    }
    let mut subtrees = Vec::new();
    let mut subtree = 0..new_size;
    while subtree.end != old_size {
        let (left, right) = halves(&subtree);
        if old_size <= left.end {
            subtrees.push(right);
            subtree = left;
        } else {
            subtrees.push(left);
            subtree = right;
        }
    }
    // a subtree that begins at 0 is the whole old tree, whose root the verifier has
    if subtree.start != 0 {
        subtrees.push(subtree);
    }
    subtrees.reverse();
    Ok(Plan::of_subtrees(&subtrees))
}

/// Both sides of a subtree of two leaves or more: the left one is the largest perfect tree that leaves a right one.
fn halves(subtree: &Range<u64>) -> (Range<u64>, Range<u64>) {
    let middle = subtree.start + (1 << (subtree.end - subtree.start - 1).ilog2());
    (subtree.start..middle, middle..subtree.end)
}

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The question has no answer: no tree of that size holds that leaf, or the old tree is the larger one.
    #[error("the sizes and indexes do not fit together")]
    OutOfRange,
    /// There are more or fewer hashes than such a proof has.
    #[error("the proof has the wrong number of hashes")]
    WrongLength,
    /// The hashes do not lead to the root: the leaf, the log or the proof is not the one it claims to be.
    #[error("the proof does not lead to the root")]
    WrongRoot,
}

/// Check that the leaf is in the tree, at this index (RFC 9162 section 2.1.3.2).
pub fn verify_inclusion(leaf_hash: &Hash, leaf_index: u64, head: &TreeHead, proof: &[Hash]) -> Result<(), VerifyError> {
    if leaf_index >= head.size {
        return Err(VerifyError::OutOfRange);
    }
    let mut climb = Climb { node: leaf_index, last: head.size - 1 };
    let mut root = *leaf_hash;
    for sibling in proof {
        match climb.step()? {
            Side::Left => root = node_hash(sibling, &root),
            Side::Right => root = node_hash(&root, sibling),
        }
    }
    climb.finish()?;
    require(root == head.root)
}

/// Check that the new tree begins with all of the old one, unchanged (RFC 9162 section 2.1.4.2).
///
/// Every tree grew from the empty one, so of an empty old tree nothing is learned about the new root.
pub fn verify_consistency(old: &TreeHead, new: &TreeHead, proof: &[Hash]) -> Result<(), VerifyError> {
    if old.size > new.size {
        return Err(VerifyError::OutOfRange);
    }
    if old.size == 0 || old.size == new.size {
        if !proof.is_empty() {
            return Err(VerifyError::WrongLength);
        }
        let expected = if old.size == 0 { fold(&[]) } else { new.root };
        return require(old.root == expected);
    }

    // a perfect old tree is a node of the new one, so the proof leaves it out
    let (start, rest) = if old.size.is_power_of_two() {
        (old.root, proof)
    } else {
        let (start, rest) = proof.split_first().ok_or(VerifyError::WrongLength)?;
        (*start, rest)
    };
    let mut climb = Climb { node: old.size - 1, last: new.size - 1 };
    climb.skip(climb.node.trailing_ones());
    let (mut old_root, mut new_root) = (start, start);
    for sibling in rest {
        match climb.step()? {
            Side::Left => {
                old_root = node_hash(sibling, &old_root);
                new_root = node_hash(sibling, &new_root);
            }
            // to the right of the old tree's edge is only what the new tree added
            Side::Right => new_root = node_hash(&new_root, sibling),
        }
    }
    climb.finish()?;
    require(old_root == old.root && new_root == new.root)
}

/// On which side of the way up the next hash of the proof belongs.
enum Side {
    Left,
    Right,
}

/// The way up from one node of a tree to its root.
struct Climb {
    /// The node's index on its level; `fn` in RFC 9162.
    node: u64,
    /// The index of the last node on that level; `sn` in RFC 9162. At the root it is 0.
    last: u64,
}

impl Climb {
    fn step(&mut self) -> Result<Side, VerifyError> {
        if self.last == 0 {
            return Err(VerifyError::WrongLength);
        }
        let is_right_child = self.node & 1 == 1;
        if is_right_child || self.node == self.last {
            if !is_right_child {
                // the last node of a level has no sibling while its index is even, and rises as it is
                self.skip(self.node.trailing_zeros());
            }
            self.skip(1);
            Ok(Side::Left)
        } else {
            self.skip(1);
            Ok(Side::Right)
        }
    }

    fn skip(&mut self, levels: u32) {
        self.node >>= levels;
        self.last >>= levels;
    }

    fn finish(&self) -> Result<(), VerifyError> {
        if self.last == 0 { Ok(()) } else { Err(VerifyError::WrongLength) }
    }
}

fn require(is_expected_root: bool) -> Result<(), VerifyError> {
    if is_expected_root { Ok(()) } else { Err(VerifyError::WrongRoot) }
}

#[cfg(test)]
mod tests;
