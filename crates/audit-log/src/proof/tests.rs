//! Known proofs, proofs of every small tree, and what happens to each when anything in it is changed.

use proptest::{prelude::*, sample::Index};

use super::*;
use crate::tree::{
    root,
    tests::{certificate_transparency_leaves, defined_root, distinct_leaves},
};

const LARGEST: u64 = 300;

fn part(leaves: &[Hash], range: Range<u64>) -> &[Hash] {
    &leaves[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
}

fn head(leaves: &[Hash], size: u64) -> TreeHead {
    TreeHead { size, root: root(part(leaves, 0..size)) }
}

fn assembled(leaves: &[Hash], plan: &Plan) -> Vec<Hash> {
    let hashes: Vec<Hash> = plan
        .nodes()
        .map(|node| defined_root(part(leaves, node.index << node.level..(node.index + 1) << node.level)))
        .collect();
    plan.assemble(&hashes).unwrap()
}

fn inclusion(leaves: &[Hash], leaf_index: u64, tree_size: u64) -> Vec<Hash> {
    assembled(leaves, &plan_inclusion(leaf_index, tree_size).unwrap())
}

fn consistency(leaves: &[Hash], old_size: u64, new_size: u64) -> Vec<Hash> {
    assembled(leaves, &plan_consistency(old_size, new_size).unwrap())
}

fn leaf(leaves: &[Hash], index: u64) -> Hash {
    part(leaves, index..index + 1)[0]
}

/// Every way in which a list of hashes is changed in one place.
fn mutants(proof: &[Hash], place: Index, bit: Index, foreign: Hash) -> Vec<Vec<Hash>> {
    let mut mutants = Vec::new();
    for length in 0..proof.len() {
        mutants.push(proof[..length].to_vec());
        mutants.push(proof[length + 1..].to_vec());
    }
    let at = place.index(proof.len() + 1);
    for extra in [foreign, [0; 32]].into_iter().chain(proof.iter().copied()) {
        let mut longer = proof.to_vec();
        longer.insert(at, extra);
        mutants.push(longer);
    }
    for at in 0..proof.len() {
        let mut flipped = proof.to_vec();
        let bit = bit.index(256);
        flipped[at][bit / 8] ^= 1 << (bit % 8);
        mutants.push(flipped);
        let mut replaced = proof.to_vec();
        replaced[at] = foreign;
        mutants.push(replaced);
        for other in at + 1..proof.len() {
            let mut swapped = proof.to_vec();
            swapped.swap(at, other);
            mutants.push(swapped);
        }
    }
    mutants
}

fn flip(hash: &Hash, bit: Index) -> Hash {
    let mut flipped = *hash;
    let bit = bit.index(256);
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

#[test]
fn the_proofs_are_those_of_the_certificate_transparency_test_tree() {
    const FIRST_PAIR_SIBLING: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    const SECOND_PAIR: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    const LAST_FOUR: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    const FIFTH: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    const THIRD_PAIR: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    const FOURTH_PAIR: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    const FIRST_FOUR: &str = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";

    let leaves = certificate_transparency_leaves();
    let shown = |proof: Vec<Hash>| proof.iter().map(hex::encode).collect::<Vec<_>>();
    assert_eq!(shown(inclusion(&leaves, 0, 1)), [""; 0]);
    assert_eq!(shown(inclusion(&leaves, 0, 8)), [FIRST_PAIR_SIBLING, SECOND_PAIR, LAST_FOUR]);
    assert_eq!(shown(inclusion(&leaves, 5, 8)), [FIFTH, FOURTH_PAIR, FIRST_FOUR]);
    assert_eq!(shown(consistency(&leaves, 1, 1)), [""; 0]);
    assert_eq!(shown(consistency(&leaves, 1, 8)), [FIRST_PAIR_SIBLING, SECOND_PAIR, LAST_FOUR]);
    assert_eq!(shown(consistency(&leaves, 6, 8)), [THIRD_PAIR, FOURTH_PAIR, FIRST_FOUR]);
    assert_eq!(shown(consistency(&leaves, 2, 5)), [SECOND_PAIR, FIFTH]);
}

#[test]
fn every_inclusion_proof_of_every_small_tree_verifies_for_its_leaf_only() {
    let leaves = distinct_leaves(40);
    for size in 1..=40 {
        let head = head(&leaves, size);
        for index in 0..size {
            let proof = inclusion(&leaves, index, size);
            for claimed in 0..=size {
                let verified = verify_inclusion(&leaf(&leaves, index), claimed, &head, &proof);
                assert_eq!(verified.is_ok(), claimed == index, "leaf {index} as {claimed} of {size}");
            }
        }
    }
}

#[test]
fn every_consistency_proof_of_every_small_tree_verifies() {
    let leaves = distinct_leaves(66);
    for new_size in 0..=66 {
        for old_size in 0..=new_size {
            let proof = consistency(&leaves, old_size, new_size);
            let verified = verify_consistency(&head(&leaves, old_size), &head(&leaves, new_size), &proof);
            assert_eq!(verified, Ok(()), "{old_size} to {new_size}");
        }
    }
}

#[test]
fn no_proof_is_planned_for_what_is_not_so() {
    assert_eq!(plan_inclusion(0, 0), Err(PlanError::LeafOutsideTree { leaf_index: 0, tree_size: 0 }));
    assert_eq!(plan_inclusion(7, 7), Err(PlanError::LeafOutsideTree { leaf_index: 7, tree_size: 7 }));
    assert_eq!(plan_consistency(8, 7), Err(PlanError::TreeShrank { old_size: 8, new_size: 7 }));
}

#[test]
fn a_plan_is_not_assembled_from_too_few_or_too_many_hashes() {
    let plan = plan_inclusion(0, 7).unwrap();
    let wanted = plan.nodes().count();
    assert_eq!(plan.assemble(&vec![[0; 32]; wanted - 1]), None);
    assert_eq!(plan.assemble(&vec![[0; 32]; wanted + 1]), None);
}

#[test]
fn a_truncated_log_is_not_consistent_with_what_it_was() {
    let leaves = distinct_leaves(20);
    let (long, short) = (head(&leaves, 20), head(&leaves, 13));
    assert_eq!(verify_consistency(&long, &short, &[]), Err(VerifyError::OutOfRange));
}

#[test]
fn a_tree_that_claims_to_be_empty_has_the_empty_root() {
    let leaves = distinct_leaves(5);
    let forged = TreeHead { size: 0, ..head(&leaves, 5) };
    assert_eq!(verify_consistency(&forged, &head(&leaves, 5), &[]), Err(VerifyError::WrongRoot));
}

#[test]
fn the_largest_sizes_do_not_overflow() {
    let huge = TreeHead { size: u64::MAX, root: [0; 32] };
    for index in [0, 1, u64::MAX - 2, u64::MAX - 1] {
        let length = plan_inclusion(index, u64::MAX).unwrap().parts.len();
        let verified = verify_inclusion(&[1; 32], index, &huge, &vec![[2; 32]; length]);
        assert_eq!(verified, Err(VerifyError::WrongRoot), "leaf {index}");
    }
    for old_size in [1, 2, 1 << 63, (1 << 63) + 1, u64::MAX - 1] {
        let length = plan_consistency(old_size, u64::MAX).unwrap().parts.len();
        let old = TreeHead { size: old_size, root: [1; 32] };
        let verified = verify_consistency(&old, &huge, &vec![[2; 32]; length]);
        assert_eq!(verified, Err(VerifyError::WrongRoot), "from {old_size}");
    }
}

fn leaf_and_tree() -> impl Strategy<Value = (u64, u64)> {
    (1..=LARGEST).prop_flat_map(|size| (0..size, Just(size)))
}

fn old_and_new_tree() -> impl Strategy<Value = (u64, u64)> {
    (1..=LARGEST).prop_flat_map(|size| (1..=size, Just(size)))
}

proptest! {
    #[test]
    fn an_inclusion_proof_verifies_and_none_of_its_mutants_does(
        (index, size) in leaf_and_tree(), place: Index, bit: Index, foreign: Hash, elsewhere in 0..LARGEST + 9,
    ) {
        let leaves = distinct_leaves(size);
        let head = head(&leaves, size);
        let own = leaf(&leaves, index);
        let proof = inclusion(&leaves, index, size);
        prop_assert_eq!(verify_inclusion(&own, index, &head, &proof), Ok(()));

        for mutant in mutants(&proof, place, bit, foreign) {
            prop_assert!(verify_inclusion(&own, index, &head, &mutant).is_err());
        }
        prop_assert!(verify_inclusion(&flip(&own, bit), index, &head, &proof).is_err());
        let other_root = TreeHead { root: flip(&head.root, bit), ..head };
        prop_assert!(verify_inclusion(&own, index, &other_root, &proof).is_err());
        prop_assert_eq!(verify_inclusion(&own, elsewhere, &head, &proof).is_ok(), elsewhere == index);
    }

    #[test]
    fn a_consistency_proof_verifies_and_none_of_its_mutants_does(
        (old_size, new_size) in old_and_new_tree(), place: Index, bit: Index, foreign: Hash,
    ) {
        let leaves = distinct_leaves(new_size);
        let (old, new) = (head(&leaves, old_size), head(&leaves, new_size));
        let proof = consistency(&leaves, old_size, new_size);
        prop_assert_eq!(verify_consistency(&old, &new, &proof), Ok(()));

        for mutant in mutants(&proof, place, bit, foreign) {
            prop_assert!(verify_consistency(&old, &new, &mutant).is_err());
        }
        let other_old = TreeHead { root: flip(&old.root, bit), ..old };
        prop_assert!(verify_consistency(&other_old, &new, &proof).is_err());
        let other_new = TreeHead { root: flip(&new.root, bit), ..new };
        prop_assert!(verify_consistency(&old, &other_new, &proof).is_err());
    }

    #[test]
    fn a_rewritten_leaf_breaks_consistency_with_the_tree_that_held_it(
        (old_size, new_size) in old_and_new_tree(), victim: Index, foreign: Hash,
    ) {
        let mut leaves = distinct_leaves(new_size);
        let old = head(&leaves, old_size);
        leaves[victim.index(usize::try_from(old_size).unwrap())] = foreign;
        let proof = consistency(&leaves, old_size, new_size);
        prop_assert_eq!(
            verify_consistency(&old, &head(&leaves, new_size), &proof),
            Err(VerifyError::WrongRoot)
        );
    }

    #[test]
    fn garbage_proves_nothing_and_harms_nothing(
        index: u64, size: u64, old_size: u64, leaf: Hash, old_root: Hash, new_root: Hash,
        proof in prop::collection::vec(any::<Hash>(), 0..70),
    ) {
        let new = TreeHead { size, root: new_root };
        let old = TreeHead { size: old_size, root: old_root };
        prop_assert!(verify_inclusion(&leaf, index, &new, &proof).is_err());
        prop_assert!(verify_consistency(&old, &new, &proof).is_err());
    }
}
