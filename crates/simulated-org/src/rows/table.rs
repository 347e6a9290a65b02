//! The rows of one object, with the indexes an Org keeps for it.
//!
//! Invariants: a row is in every index under the value it holds, except the one that was last handed out to be changed
//! in place: that one is looked at by every search until the next change.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::Row;
use crate::cell::Cell;
use crate::record_id::RecordId;

pub struct Table {
    name: Arc<str>,
    rows: BTreeMap<RecordId, Arc<Row>>,
    indexes: Vec<Index>,
    handed_out: Option<RecordId>,
}

struct Index {
    field: String,
    entries: HashMap<Key, Holders>,
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    /// Lower case: text is found without regard to it.
    Text(Box<str>),
    Id(RecordId),
}

/// Most values are held by one row.
enum Holders {
    One(RecordId),
    Several(BTreeSet<RecordId>),
}

impl Table {
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), rows: BTreeMap::new(), indexes: Vec::new(), handed_out: None }
    }

    pub fn name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    pub fn count(&self) -> usize {
        self.rows.len()
    }

    pub fn index(&mut self, field: &str) {
        if self.is_indexed(field) {
            return;
        }
        self.settle();
        let mut index = Index { field: field.to_owned(), entries: HashMap::new() };
        for row in self.rows.values() {
            index.add(row);
        }
        self.indexes.push(index);
    }

    pub fn is_indexed(&self, field: &str) -> bool {
        self.indexes.iter().any(|index| index.field == field)
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.rows.values()
    }

    pub fn row(&self, id: RecordId) -> Option<&Arc<Row>> {
        self.rows.get(&id)
    }

    pub fn holding<'a, 'v>(
        &'a self,
        field: &'v str,
        value: &'v Cell,
    ) -> impl Iterator<Item = &'a Arc<Row>> + use<'a, 'v> {
        let index = self.indexes.iter().find(|index| index.field == field);
        let key = Key::of(value);
        let candidates: Box<dyn Iterator<Item = &'a Arc<Row>>> = match (index, key) {
            (Some(index), Some(key)) => {
                let ids: Box<dyn Iterator<Item = RecordId>> = match index.entries.get(&key) {
                    None => Box::new(std::iter::empty()),
                    Some(Holders::One(id)) => Box::new(std::iter::once(*id)),
                    Some(Holders::Several(ids)) => Box::new(ids.iter().copied()),
                };
                Box::new(ids.chain(self.handed_out).filter_map(|id| self.rows.get(&id)))
            }
            _ => Box::new(self.rows.values()),
        };
        let wanted = Key::of(value);
        candidates
            .filter(move |row| Key::of(row.cell(field)) == wanted && (wanted.is_some() || row.cell(field) == value))
    }

    /// Puts a row in the place of what was there, or takes it out; returns what was there.
    pub fn replace(&mut self, id: RecordId, row: Option<Arc<Row>>) -> Option<Arc<Row>> {
        self.settle();
        let before = match &row {
            Some(row) => self.rows.insert(id, Arc::clone(row)),
            None => self.rows.remove(&id),
        };
        for index in &mut self.indexes {
            // Taken out first: the new row may hold the same value.
            if let Some(before) = &before {
                index.remove(before);
            }
            if let Some(row) = &row {
                index.add(row);
            }
        }
        before
    }

    pub fn row_mut(&mut self, id: RecordId) -> Option<&mut Row> {
        self.settle();
        let row = self.rows.get_mut(&id)?;
        for index in &mut self.indexes {
            index.remove(row);
        }
        self.handed_out = Some(id);
        Some(Arc::make_mut(row))
    }

    /// Indexes the row that was handed out, now that nobody changes it any more.
    fn settle(&mut self) {
        let Some(row) = self.handed_out.take().and_then(|id| self.rows.get(&id)) else { return };
        for index in &mut self.indexes {
            index.add(row);
        }
    }
}

impl Index {
    fn add(&mut self, row: &Row) {
        let Some(key) = Key::of(row.cell(&self.field)) else { return };
        match self.entries.entry(key) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(Holders::One(row.id));
            }
            std::collections::hash_map::Entry::Occupied(mut entry) => match entry.get_mut() {
                Holders::One(other) if *other == row.id => {}
                Holders::One(other) => {
                    let both = BTreeSet::from([*other, row.id]);
                    entry.insert(Holders::Several(both));
                }
                Holders::Several(ids) => {
                    ids.insert(row.id);
                }
            },
        }
    }

    fn remove(&mut self, row: &Row) {
        let Some(key) = Key::of(row.cell(&self.field)) else { return };
        let emptied = match self.entries.get_mut(&key) {
            None => false,
            Some(Holders::One(id)) => *id == row.id,
            Some(Holders::Several(ids)) => {
                ids.remove(&row.id);
                ids.is_empty()
            }
        };
        if emptied {
            self.entries.remove(&key);
        }
    }
}

impl Key {
    fn of(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(Self::Text(text.to_lowercase().into_boxed_str())),
            Cell::Reference(id) => Some(Self::Id(*id)),
            _ => None,
        }
    }
}
