//! The specification's own examples, and a log kept in tiles that must give the roots and proofs of one kept whole.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::{
    proof::{plan_consistency, plan_inclusion, verify_consistency, verify_inclusion},
    tree::{TreeHead, tests::defined_root, tests::distinct_leaves},
};

/// Every tile ever written, by path.
#[derive(Default)]
struct Tiles(HashMap<String, Vec<u8>>);

impl Tiles {
    fn grow(&mut self, leaves: &[Hash], old_size: u64, new_size: u64) {
        for tile in tiles_added(old_size, new_size) {
            let first = tile.index() * u64::from(FULL_WIDTH);
            let hashes: Vec<Hash> = (first..first + u64::from(tile.width()))
                .map(|number| match tile.level().checked_sub(1) {
                    None => leaves[usize::try_from(number).unwrap()],
                    Some(below) => root(&self.read(Tile::in_tree(below, number, new_size).unwrap())),
                })
                .collect();
            let before = self.0.insert(tile.path(), tile.write(&hashes).unwrap());
            assert_eq!(before, None, "{} is written once", tile.path());
        }
    }

    fn read(&self, tile: Tile) -> Vec<Hash> {
        tile.read(&self.0[&tile.path()]).unwrap()
    }

    fn hashes(&self, nodes: impl Iterator<Item = Node>, tree_size: u64) -> Vec<Hash> {
        nodes
            .map(|node| {
                let source = source(node, tree_size).unwrap();
                source.hash(&self.read(source.tile)).unwrap()
            })
            .collect()
    }
}

fn head(leaves: &[Hash], size: u64) -> TreeHead {
    TreeHead { size, root: defined_root(&leaves[..usize::try_from(size).unwrap()]) }
}

fn tile(level: u8, index: u64, width: u16) -> Tile {
    Tile::of_width(level, index, width).unwrap()
}

#[test]
fn paths_are_those_of_the_specification() {
    assert_eq!(tile(0, 1_234_067, 256).path(), "tile/0/x001/x234/067");
    assert_eq!(tile(0, 273, 112).path(), "tile/0/273.p/112");
    assert_eq!(tile(2, 0, 1).path(), "tile/2/000.p/1");
    assert_eq!(tile(0, 1000, 256).path(), "tile/0/x001/000");
    assert_eq!(tile(0, 273, 112).entries_path().unwrap(), "tile/entries/273.p/112");
    assert_eq!(tile(1, 0, 256).entries_path(), None);
}

#[test]
fn a_tree_of_seventy_thousand_leaves_has_the_tiles_of_the_specification() {
    let tiles: Vec<Tile> = tiles_added(0, 70_000).collect();
    let mut expected: Vec<Tile> = (0..273).map(|index| tile(0, index, 256)).collect();
    expected.extend([tile(0, 273, 112), tile(1, 0, 256), tile(1, 1, 17), tile(2, 0, 1)]);
    assert_eq!(tiles, expected);
}

#[test]
fn a_tree_of_one_full_tile_begins_the_level_above() {
    assert_eq!(tiles_added(0, 256).collect::<Vec<_>>(), [tile(0, 0, 256), tile(1, 0, 1)]);
    assert_eq!(tiles_added(0, 255).collect::<Vec<_>>(), [tile(0, 0, 255)]);
}

#[test]
fn a_tree_that_did_not_grow_has_no_new_tiles() {
    assert_eq!(tiles_added(0, 0).count(), 0);
    assert_eq!(tiles_added(300, 300).count(), 0);
    assert_eq!(tiles_added(300, 299).count(), 0);
}

#[test]
fn a_tree_of_the_largest_size_has_tiles_on_eight_levels() {
    let newest: Vec<Tile> = tiles_added(u64::MAX - 1, u64::MAX).collect();
    assert_eq!(newest, [tile(0, (1 << 56) - 1, 255)]);
    assert_eq!(Tile::in_tree(7, 0, u64::MAX), Ok(tile(7, 0, 255)));
    assert_eq!(Tile::in_tree(8, 0, u64::MAX), Err(TileError::NoSuchTile));
    assert_eq!(Tile::in_tree(0, u64::MAX, u64::MAX), Err(TileError::NoSuchTile));
    for level in 0..=63 {
        let node = Node { level, index: 0 };
        assert!(source(node, u64::MAX).is_ok(), "level {level}");
    }
}

#[test]
fn only_the_one_spelling_of_a_path_is_read() {
    for path in ["tile/0/000", "tile/0/x001/x234/067", "tile/7/000.p/255", "tile/0/273.p/112", "tile/0/x001/000"] {
        assert_eq!(Tile::parse(path).unwrap().path(), path);
    }
    for path in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/1000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/xx001/000",
        "tile/0/x001/+00",
        "tile/0/000/",
        "/tile/0/000",
        "tile/00/000",
        "tile/+0/000",
        "tile/-1/000",
        "tile/8/000",
        "tile/64/000",
        "tile/7/000",
        "tile/entries/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/",
        "tile/0/000.p/1.p/1",
        "tile/0/../0/000",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/0/\u{0660}00",
    ] {
        assert_eq!(Tile::parse(path), Err(TileError::NoSuchTile), "{path}");
    }
}

#[test]
fn a_tile_of_another_length_is_refused() {
    let tile = tile(0, 0, 2);
    assert_eq!(tile.read(&[0; 64]), Ok(vec![[0; 32]; 2]));
    for length in [0, 32, 63, 65, 96] {
        assert_eq!(tile.read(&vec![0; length]), Err(TileError::WrongLength), "{length} bytes");
    }
    assert_eq!(tile.write(&[[0; 32]; 3]), Err(TileError::WrongLength));
}

#[test]
fn a_node_that_the_tree_does_not_have_yet_has_no_source() {
    assert_eq!(source(Node { level: 0, index: 5 }, 5), Err(TileError::NoSuchTile));
    assert_eq!(source(Node { level: 3, index: 0 }, 7), Err(TileError::NoSuchTile));
    assert_eq!(source(Node { level: 8, index: 0 }, 255), Err(TileError::NoSuchTile));
    assert_eq!(source(Node { level: 1, index: u64::MAX }, u64::MAX), Err(TileError::NoSuchTile));
    assert_eq!(source(Node { level: 200, index: 0 }, u64::MAX), Err(TileError::NoSuchTile));
}

#[test]
fn a_source_refuses_a_tile_that_is_too_short() {
    let source = source(Node { level: 2, index: 0 }, 4).unwrap();
    assert_eq!(source.hash(&[[0; 32]; 3]), Err(TileError::WrongLength));
}

#[test]
fn proofs_from_the_tiles_of_three_levels_verify() {
    let size = 66_000;
    let leaves = distinct_leaves(size);
    let mut tiles = Tiles::default();
    let mut grown = 0;
    for next in [1, 255, 256, 257, 511, 40_000, 65_535, 65_536, 65_537, size] {
        tiles.grow(&leaves, grown, next);
        grown = next;
    }
    let new = head(&leaves, size);
    for index in [0, 1, 255, 256, 40_000, 65_535, 65_536, 65_999] {
        let plan = plan_inclusion(index, size).unwrap();
        let proof = plan.assemble(&tiles.hashes(plan.nodes(), size)).unwrap();
        assert_eq!(verify_inclusion(&leaves[usize::try_from(index).unwrap()], index, &new, &proof), Ok(()));
    }
    for old_size in [1, 255, 256, 257, 511, 40_000, 65_535, 65_536, 65_537] {
        let plan = plan_consistency(old_size, size).unwrap();
        let proof = plan.assemble(&tiles.hashes(plan.nodes(), size)).unwrap();
        assert_eq!(verify_consistency(&head(&leaves, old_size), &new, &proof), Ok(()), "from {old_size}");
    }
}

proptest! {
    #[test]
    fn proofs_from_tiles_verify_however_the_log_grew(
        steps in prop::collection::vec(1u64..400, 1..5), place: prop::sample::Index,
    ) {
        let size: u64 = steps.iter().sum();
        let leaves = distinct_leaves(size);
        let mut tiles = Tiles::default();
        let mut grown = 0;
        for step in &steps {
            tiles.grow(&leaves, grown, grown + step);
            grown += step;
        }
        let index = place.index(leaves.len());
        let plan = plan_inclusion(index as u64, size).unwrap();
        let proof = plan.assemble(&tiles.hashes(plan.nodes(), size)).unwrap();
        prop_assert_eq!(verify_inclusion(&leaves[index], index as u64, &head(&leaves, size), &proof), Ok(()));

        let plan = plan_consistency(steps[0], size).unwrap();
        let proof = plan.assemble(&tiles.hashes(plan.nodes(), size)).unwrap();
        prop_assert_eq!(verify_consistency(&head(&leaves, steps[0]), &head(&leaves, size), &proof), Ok(()));
    }

    #[test]
    fn every_tile_is_parsed_from_its_own_path(level in 0u8..8, index: u64, size: u64) {
        if let Ok(tile) = Tile::in_tree(level, index % ((size >> (8 * level)) / 256 + 1), size) {
            prop_assert_eq!(Tile::parse(&tile.path()), Ok(tile));
        }
    }

    #[test]
    fn any_text_is_parsed_without_harm(path in "(tile/)?[0-9x/.p]{0,40}") {
        if let Ok(tile) = Tile::parse(&path) {
            prop_assert_eq!(tile.path(), path);
        }
    }
}
