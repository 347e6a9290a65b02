//! Many rows of one kind at once: the first is validated as any insert, the others differ from it by their number.
//!
//! For filling an Org to its real size in seconds. In `fields`, `{n}` in a text becomes the row's number, counted from
//! 1, and a list gives its values in turn.

use serde_json::{Map, Value};

use super::insert_row::{check_unique, insert_row};
use super::read_fields::{Purpose, read_body, read_cell};
use super::system_fields::derive;
use crate::cell::Cell;
use crate::record_id::RecordId;
use crate::refused::Refused;
use crate::schema::{Field, FieldKind, ObjectType};
use crate::work::Work;

/// How one field differs from row to row.
enum Varied<'a> {
    /// `dump-{n}.bin`
    Numbered(&'a Field, &'a str),
    /// In turn.
    Listed(&'a Field, Vec<Cell>),
}

/// All of them or none; returns the first row's id.
pub fn load_rows(
    work: &mut Work,
    object: &ObjectType,
    count: u64,
    fields: &Map<String, Value>,
) -> Result<RecordId, Refused> {
    let object = work.object(&object.name)?;
    let mut varied = Vec::new();
    let mut first = Map::new();
    for (name, value) in fields {
        first.insert(name.clone(), numbered(value, 1));
        let Some(field) = object.field(name) else { continue };
        match value {
            Value::String(text) if text.contains("{n}") => varied.push(Varied::Numbered(field, text)),
            Value::Array(list) if !list.is_empty() => {
                let cells = list.iter().map(|value| {
                    let body = Map::from_iter([(name.clone(), value.clone())]);
                    let cells = read_body(work, object, &body, Purpose::Create)?;
                    Ok(cells.into_iter().next().map_or(Cell::Null, |(_, cell)| cell))
                });
                varied.push(Varied::Listed(field, cells.collect::<Result<_, Refused>>()?));
            }
            _ => {}
        }
    }
    work.attempt(|work| {
        let id = insert_row(work, object, &first)?;
        let Some(template) = work.world.rows.row(&object.name, id).cloned() else { return Ok(id) };
        for number in 2..=count {
            let mut row = template.copied_as(work.world.rows.next_id(&object.key_prefix));
            for field in &object.fields {
                if let FieldKind::AutoNumber { before, digits } = &field.kind {
                    let given = work.world.rows.next_number(&object.name, &field.name);
                    row.set(&field.name, Cell::text(format!("{before}{given:0digits$}")));
                }
            }
            for varied in &varied {
                match varied {
                    Varied::Numbered(field, text) => {
                        let value = Value::from(text.replace("{n}", &number.to_string()));
                        row.set(&field.name, read_cell(field, &value)?);
                    }
                    Varied::Listed(field, cells) => {
                        let turn = usize::try_from((number - 1) % cells.len() as u64).unwrap_or(0);
                        row.set(&field.name, cells[turn].clone());
                    }
                }
            }
            derive(&work.world.rows, object, &mut row, work.now);
            check_unique(&work.world.rows, object, &row)?;
            row.shrink();
            work.world.rows.put(&object.name, row);
        }
        Ok(id)
    })
}

fn numbered(value: &Value, number: u64) -> Value {
    match value {
        Value::String(text) => Value::from(text.replace("{n}", &number.to_string())),
        Value::Array(list) => list.first().cloned().unwrap_or(Value::Null),
        other => other.clone(),
    }
}
