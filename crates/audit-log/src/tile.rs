//! The tree cut into tiles of 256 hashes: which tile holds which node, where it is kept, and what its bytes say.
//!
//! A full tile never changes, so tiles can be stored and served as plain immutable files.
//!
//! Format: C2SP tlog-tiles, "Merkle Tree" and the paths of "Log entries".
//! Invariants: a tile's level, index and width fit together and belong to a tree of fewer than 2^64 leaves.
//! Units: a width counts hashes of 32 bytes; level 0 holds leaf hashes, each hash of a level above a full tile below.

use std::ops::Range;

use crate::{
    leaf::Hash,
    tree::{Node, root},
};

/// Hashes in a full tile.
pub const FULL_WIDTH: u16 = 256;

/// Levels of the tree that one tile spans: 256 is 2^8.
const HEIGHT: u8 = 8;

/// Levels of tiles that a tree of fewer than 2^64 leaves can have.
const LEVELS: u8 = 8;

/// Where a tile lies, and how much of it there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

/// Why something is not a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TileError {
    /// No tree that this log can have holds such a tile.
    #[error("there is no such tile")]
    NoSuchTile,
    /// The bytes are not as many as the tile's width demands: truncated, or another tile's.
    #[error("the tile is not as long as its width says")]
    WrongLength,
}

impl Tile {
    /// The tile at this level and index in a tree of this size, as wide as it is there.
    pub fn in_tree(level: u8, index: u64, tree_size: u64) -> Result<Self, TileError> {
        if level >= LEVELS {
            return Err(TileError::NoSuchTile);
        }
        let hashes_on_level = tree_size >> (HEIGHT * level);
        let before = index.checked_mul(FULL_WIDTH.into()).ok_or(TileError::NoSuchTile)?;
        let width = hashes_on_level.saturating_sub(before).min(FULL_WIDTH.into());
        match u16::try_from(width) {
            Ok(width @ 1..) => Ok(Self { level, index, width }),
            _ => Err(TileError::NoSuchTile),
        }
    }

    /// The tile that a relative path as of [`path`](Self::path) names.
    pub fn parse(path: &str) -> Result<Self, TileError> {
        let (level, place) =
            path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or(TileError::NoSuchTile)?;
        let (place, width) = match place.split_once(".p/") {
            Some((place, width)) => (place, width.parse().map_err(|_| TileError::NoSuchTile)?),
            None => (place, FULL_WIDTH),
        };
        let level = level.parse().map_err(|_| TileError::NoSuchTile)?;
        let index = place
            .split('/')
            .map(|element| element.strip_prefix('x').unwrap_or(element))
            .collect::<String>()
            .parse()
            .map_err(|_| TileError::NoSuchTile)?;
        // printing it again refuses every spelling but the one: leading zeroes, signs, missing or superfluous elements
        Self::of_width(level, index, width).filter(|tile| tile.path() == path).ok_or(TileError::NoSuchTile)
    }

    /// Exists when some tree of fewer than 2^64 leaves has the tile's last hash.
    fn of_width(level: u8, index: u64, width: u16) -> Option<Self> {
        let is_possible = level < LEVELS && (1..=FULL_WIDTH).contains(&width);
        let end = u128::from(index) * u128::from(FULL_WIDTH) + u128::from(width);
        let hashes_on_level = u128::from(u64::MAX >> (HEIGHT * level.min(LEVELS - 1)));
        (is_possible && end <= hashes_on_level).then_some(Self { level, index, width })
    }

    /// 0 for leaf hashes.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// Its place among the tiles of its level.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes it has, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it is still growing: such a tile is superseded, and its hash is in no tile above.
    pub fn is_partial(&self) -> bool {
        self.width < FULL_WIDTH
    }

    /// `tile/{level}/{index}`, with `.p/{width}` for a partial tile.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, self.place())
    }

    /// Where the leaves themselves are kept that a tile of level 0 holds the hashes of; None for other levels.
    pub fn entries_path(&self) -> Option<String> {
        (self.level == 0).then(|| format!("tile/entries/{}", self.place()))
    }

    fn place(&self) -> String {
        let mut place = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            place = format!("x{:03}/{place}", rest % 1000);
            rest /= 1000;
        }
        if self.is_partial() {
            place = format!("{place}.p/{}", self.width);
        }
        place
    }

    /// The tile's hashes, from its bytes.
    pub fn read(&self, bytes: &[u8]) -> Result<Vec<Hash>, TileError> {
        let (hashes, rest) = bytes.as_chunks();
        if hashes.len() == usize::from(self.width) && rest.is_empty() {
            Ok(hashes.to_vec())
        } else {
            Err(TileError::WrongLength)
        }
    }

    /// The tile's bytes, from its hashes.
    pub fn write(&self, hashes: &[Hash]) -> Result<Vec<u8>, TileError> {
        if hashes.len() == usize::from(self.width) { Ok(hashes.concat()) } else { Err(TileError::WrongLength) }
    }
}

/// The tiles that a tree which grew from the old size to the new one has and had not, level by level.
///
/// Nothing when it did not grow. A partial tile of the old tree comes back wider, as another tile.
pub fn tiles_added(old_size: u64, new_size: u64) -> impl Iterator<Item = Tile> {
    (0..LEVELS).flat_map(move |level| {
        let shift = HEIGHT * level;
        let (old_end, new_end) = (old_size >> shift, new_size >> shift);
        let indexes =
            if old_end < new_end { old_end / u64::from(FULL_WIDTH)..new_end.div_ceil(FULL_WIDTH.into()) } else { 0..0 };
        indexes.filter_map(move |index| Tile::in_tree(level, index, new_size).ok())
    })
}

/// Where a node's hash comes from: the hashes in this range of this tile, hashed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The tile to read.
    pub tile: Tile,
    range: Range<usize>,
}

/// The tile to read for a node, in a tree of this size.
pub fn source(node: Node, tree_size: u64) -> Result<Source, TileError> {
    let (level, height) = (node.level / HEIGHT, node.level % HEIGHT);
    // a node is as many hashes of its tile's lowest level as it has descendants there
    let count = 1u64 << height;
    let first = node.index.checked_mul(count).ok_or(TileError::NoSuchTile)?;
    let tile = Tile::in_tree(level, first / u64::from(FULL_WIDTH), tree_size)?;
    let start = first % u64::from(FULL_WIDTH);
    if start + count > u64::from(tile.width) {
        return Err(TileError::NoSuchTile);
    }
    let inside = |place: u64| usize::try_from(place).expect("a place in a tile is at most 256");
    Ok(Source { tile, range: inside(start)..inside(start + count) })
}

impl Source {
    /// The node's hash, from all hashes of the tile.
    pub fn hash(&self, tile_hashes: &[Hash]) -> Result<Hash, TileError> {
        tile_hashes.get(self.range.clone()).map(root).ok_or(TileError::WrongLength)
    }
}

#[cfg(test)]
mod tests;
