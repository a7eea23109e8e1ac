//! Rows as lines of JSON, with the fields of the table's columns.

use std::io::Write;

use analysis::segment::ColumnKey;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use chrono::{DateTime, SecondsFormat};

use super::ExportError;

/// Writes a line per row.
pub(super) fn write(file: &mut impl Write, batch: &RecordBatch) -> Result<(), ExportError> {
    let schema = batch.schema();
    let rest = ColumnKey::RestProps.to_string();
    let fields: Vec<(String, bool, &dyn Array)> = schema
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, column)| (serde_json::Value::from(field.name().as_str()).to_string(), *field.name() == rest, column.as_ref()))
        .collect();
    let mut line = Vec::new();
    for row in 0..batch.num_rows() {
        line.clear();
        for (name, is_json, column) in fields.iter().filter(|(_, _, column)| !column.is_null(row)) {
            line.push(if line.is_empty() { b'{' } else { b',' });
            line.extend(name.as_bytes());
            line.push(b':');
            value(&mut line, *column, row, *is_json)?;
        }
        line.extend(b"}\n");
        file.write_all(&line)?;
    }
    Ok(())
}

/// A value; of a text that is JSON already, as it is.
fn value(line: &mut Vec<u8>, column: &dyn Array, row: usize, is_json: bool) -> Result<(), ExportError> {
    match column.data_type() {
        DataType::Utf8 if is_json => line.extend(column.as_string::<i32>().value(row).as_bytes()),
        DataType::Utf8 => serde_json::to_writer(line, column.as_string::<i32>().value(row))?,
        DataType::Float64 => serde_json::to_writer(line, &column.as_primitive::<Float64Type>().value(row))?,
        DataType::Int64 => serde_json::to_writer(line, &column.as_primitive::<Int64Type>().value(row))?,
        DataType::Boolean => serde_json::to_writer(line, &column.as_boolean().value(row))?,
        _ => {
            let time = DateTime::from_timestamp_millis(column.as_primitive::<TimestampMillisecondType>().value(row));
            serde_json::to_writer(line, &time.map(|time| time.to_rfc3339_opts(SecondsFormat::Millis, true)))?;
        }
    }
    Ok(())
}
