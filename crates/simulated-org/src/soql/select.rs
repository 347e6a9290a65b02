//! Runs a checked plan: which rows, in which order.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::check::{Children, Plan, Sorting};
use super::conditions::{Filter, Probe};
use super::filter::{order_cells, row_passes, row_value};
use super::operand::Operand;
use super::sought::Sought;
use super::syntax::Comparison;
use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::rows::Row;
use crate::schema::{Nature, ObjectType};
use crate::sharing::{Reach, reach_with};
use crate::work::Work;

/// The rows of a plan, in order, without those its offset and limit leave out.
pub fn rows(work: &Work, plan: &Plan, with_deleted: bool) -> Vec<Arc<Row>> {
    let rows = sorted(
        work,
        matching(work, plan, with_deleted),
        &plan.order,
        |row| row.id,
        |row, by| row_value(work, row, by).into_owned(),
    );
    rows.into_iter().skip(plan.offset).take(plan.limit.unwrap_or(usize::MAX)).cloned().collect()
}

/// How many rows `rows` would find.
pub fn count(work: &Work, plan: &Plan, with_deleted: bool) -> usize {
    let matching = matching(work, plan, with_deleted).len();
    matching.saturating_sub(plan.offset).min(plan.limit.unwrap_or(usize::MAX))
}

pub fn matching<'w>(work: &'w Work, plan: &Plan, with_deleted: bool) -> Vec<&'w Arc<Row>> {
    let object = plan.object;
    let rights = work.grants().on(&object.name);
    let visible = |row: &Row| {
        object.nature == Nature::Settings
            || reach_with(rights, work.org, work.world, work.user, object, row) >= Reach::Read
    };
    let fits = |row: &Row| {
        (with_deleted || !row.is_deleted())
            && plan.filter.as_ref().is_none_or(|filter| row_passes(work, row, filter))
            && visible(row)
    };
    // Few rows first: a condition that leaves half the Org is no help beside one that leaves a single row.
    let narrowed = plan
        .filter
        .as_ref()
        .and_then(|filter| narrowed(work, object, filter, FEW).or_else(|| narrowed(work, object, filter, usize::MAX)));
    let looked_at = narrowed.as_ref().map_or_else(|| work.world.rows.count(&object.name), Vec::len);
    work.world.rows_looked_at.fetch_add(looked_at as u64, Relaxed);
    match narrowed {
        Some(rows) => rows.into_iter().filter(|row| fits(row)).collect(),
        None => work.world.rows.shared(&object.name).filter(|row| fits(row)).collect(),
    }
}

const FEW: usize = 1_000;

/// The few rows an index leaves to look at: the fewest that one condition, which must hold, allows.
fn narrowed<'w>(work: &'w Work, object: &ObjectType, filter: &Filter, most: usize) -> Option<Vec<&'w Arc<Row>>> {
    let each: &[Filter] = match filter {
        Filter::All(filters) => filters,
        other => std::slice::from_ref(other),
    };
    let mut best: Option<Vec<&Arc<Row>>> = None;
    for condition in each {
        let found = match condition {
            Filter::All(_) => narrowed(work, object, condition, most),
            Filter::Test(Operand::Field(place), probe) if place.hops.is_empty() => {
                let limit = best.as_ref().map_or(most, Vec::len);
                wanted_cells(probe).and_then(|cells| look_up(work, object, &place.field.name, &cells, limit))
            }
            _ => None,
        };
        if let Some(found) = found
            && best.as_ref().is_none_or(|best| found.len() < best.len())
        {
            best = Some(found);
        }
    }
    best
}

fn wanted_cells(probe: &Probe) -> Option<Vec<Cell>> {
    match probe {
        Probe::Compare(Comparison::Equal, sought) => Some(vec![sought.cell()?]),
        Probe::In { negated: false, sought } => sought.iter().map(Sought::cell).collect(),
        Probe::Among { negated: false, ids } => Some(ids.iter().copied().map(Cell::Reference).collect()),
        _ => None,
    }
}

/// `None` when no index helps, or not better than `limit` rows.
fn look_up<'w>(
    work: &'w Work,
    object: &ObjectType,
    field: &str,
    cells: &[Cell],
    limit: usize,
) -> Option<Vec<&'w Arc<Row>>> {
    let rows = &work.world.rows;
    if field == "Id" {
        let ids = cells.iter().filter_map(Cell::as_reference);
        let mut found: Vec<_> = ids.filter_map(|id| rows.shared_row(&object.name, id)).collect();
        found.sort_by_key(|row| row.id);
        found.dedup_by_key(|row| row.id);
        return Some(found);
    }
    if !rows.is_indexed(&object.name, field) {
        return None;
    }
    let mut found: Vec<&Arc<Row>> = Vec::new();
    for cell in cells {
        found.extend(rows.holding(&object.name, field, cell).take(limit.saturating_sub(found.len()).saturating_add(1)));
        if found.len() > limit {
            return None;
        }
    }
    // `IN ('a', 'A')` names the same rows twice.
    found.sort_by_key(|row| row.id);
    found.dedup_by_key(|row| row.id);
    Some(found)
}

/// Sorts what a query found. No order is promised between ties, so code that forgot to ask for one must break here.
pub fn sorted<T, K: Hash>(
    work: &Work,
    found: Vec<T>,
    order: &[Sorting],
    key: impl Fn(&T) -> K,
    look: impl Fn(&T, &Operand) -> Cell,
) -> Vec<T> {
    let scramble = |item: &T| {
        let mut hasher = DefaultHasher::new();
        (key(item), work.world.queries_run, work.org.options.shuffle_seed).hash(&mut hasher);
        hasher.finish()
    };
    let looked_up = |item: T| {
        let cells: Vec<Cell> = order.iter().map(|sorting| look(&item, &sorting.by)).collect();
        (cells, scramble(&item), item)
    };
    let mut keyed: Vec<(Vec<Cell>, u64, T)> = found.into_iter().map(looked_up).collect();
    keyed.sort_by(|one, other| {
        let each = order.iter().zip(one.0.iter().zip(&other.0));
        let by_each = each.map(|(by, (one, other))| order_cells(one, other, by.descending, by.nulls_first));
        by_each.fold(Ordering::Equal, Ordering::then).then(one.1.cmp(&other.1))
    });
    keyed.into_iter().map(|(_, _, item)| item).collect()
}

/// Rows of a group share what they are grouped by, so one of them tells it.
pub fn of_first<'w>(work: &'w Work, rows: &[&'w Arc<Row>], operand: &Operand) -> Cow<'w, Cell> {
    rows.first().map_or(Cow::Borrowed(&Cell::Null), |row| row_value(work, row, operand))
}

/// The rows of a subquery whose lookup points to `parent`, in order.
pub fn children(work: &Work, children: &Children, parent: RecordId, with_deleted: bool) -> Vec<Arc<Row>> {
    let plan = &children.plan;
    let referring = Cell::Reference(parent);
    let rights = work.grants().on(&plan.object.name);
    let fits = |row: &&Arc<Row>| {
        (with_deleted || !row.is_deleted())
            && plan.filter.as_ref().is_none_or(|filter| row_passes(work, row, filter))
            && reach_with(rights, work.org, work.world, work.user, plan.object, row) >= Reach::Read
    };
    let found = work.world.rows.holding(&plan.object.name, &children.key.name, &referring).filter(fits).collect();
    let rows =
        sorted(work, found, &plan.order, |row: &&Arc<Row>| row.id, |row, by| row_value(work, row, by).into_owned());
    rows.into_iter().skip(plan.offset).take(plan.limit.unwrap_or(usize::MAX)).cloned().collect()
}
