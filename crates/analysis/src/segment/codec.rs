//! Blocks to bytes and back: Arrow IPC streams, compressed with zstd.
//!
//! Source of the format: <https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format>. Each part is a stream
//! that any Arrow reader opens, with a checksum (CRC-32) behind its end, where readers do not look. Small segments have all columns in one part (and the run table in another, since it has
//! rows of its own); large ones have a part per column, so that a query reads what it needs. Rows are in groups of 64 k.
//!
//! The standard encoding was weighed against bit packing of our own: see the decisions in `ARCHITECTURE.md`.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int8Type, Int16Type, Int32Type, Time32MillisecondType, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, DictionaryArray, PrimitiveArray, RecordBatch, Time32MillisecondArray, UInt32Array};
use arrow_buffer::ScalarBuffer;
use arrow_ipc::CompressionType;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::{IpcWriteOptions, StreamWriter};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use chrono::NaiveDate;

use super::key::ColumnKey;
use super::meta::{Meta, PartMeta};
use super::number::Values;
use super::{Block, Codes, Column, Number, Runs, Text};
use crate::cell::Corrupt;

/// Rows of a record batch.
const GROUP_ROWS: usize = 1 << 16;
/// A segment with more rows has a part per column.
const APART_ROWS: usize = 1 << 14;
/// The names of the run table's columns.
const RUN_ACTOR: &str = "actor";
const RUN_ROWS: &str = "rows";
/// Where a field says how many decimals its whole numbers have.
const DECIMALS: &str = "decimals";

/// A stored part of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part(pub Vec<u8>);

/// The parts of a block, and its description.
///
/// # Errors
/// Never for a block that [`super::Draft::finish`] or [`super::merge`] made.
pub fn encode(block: &Block) -> Result<(Meta, Vec<Part>), Corrupt> {
    let mut meta = Meta::of(block);
    let mut parts = Vec::new();
    let mut put = |columns: Vec<ColumnKey>, fields: Vec<(Field, ArrayRef)>| -> Result<(), Corrupt> {
        let bytes = write(fields).map_err(|_| Corrupt("a block that Arrow does not take"))?;
        meta.parts.push(PartMeta { columns, bytes: bytes.len() });
        parts.push(Part(bytes));
        Ok(())
    };
    let mut together = (Vec::new(), Vec::new());
    for (key, column) in &block.columns {
        match column.as_ref() {
            Column::Runs(runs) => put(vec![key.clone()], run_fields(runs))?,
            column if block.rows > APART_ROWS => put(vec![key.clone()], vec![field(key, column)])?,
            column => {
                together.0.push(key.clone());
                together.1.push(field(key, column));
            }
        }
    }
    if !together.0.is_empty() {
        put(together.0, together.1)?;
    }
    Ok((meta, parts))
}

/// The columns of a part.
///
/// # Errors
/// When the bytes are not what [`encode`] wrote.
pub fn decode(part: &[u8]) -> Result<BTreeMap<ColumnKey, Column>, Corrupt> {
    let (stream, sum) = part.split_last_chunk().ok_or(Corrupt("an empty part of a segment"))?;
    if crc32fast::hash(stream) != u32::from_le_bytes(*sum) {
        return Err(Corrupt("a damaged part of a segment"));
    }
    read(stream).map_err(|_| Corrupt("a part of a segment that this version does not know"))
}

/// A segment with all of its columns, from all of its parts.
///
/// # Errors
/// As [`decode`], and when the parts are not of one segment.
pub fn whole<'p>(day: NaiveDate, parts: impl IntoIterator<Item = &'p [u8]>) -> Result<Block, Corrupt> {
    let mut block = Block { day, rows: 0, columns: BTreeMap::new() };
    for part in parts {
        block.columns.extend(decode(part)?.into_iter().map(|(key, column)| (key, Arc::new(column))));
    }
    block.rows = block.times().len();
    if block.columns.values().any(|column| column.rows().is_some_and(|rows| rows != block.rows)) {
        return Err(Corrupt("a segment whose columns differ in length"));
    }
    Ok(block)
}

fn write(fields: Vec<(Field, ArrayRef)>) -> Result<Vec<u8>, ArrowError> {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = fields.into_iter().unzip();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?;
    let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::ZSTD))?;
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options)?;
    for start in (0..batch.num_rows()).step_by(GROUP_ROWS) {
        writer.write(&batch.slice(start, GROUP_ROWS.min(batch.num_rows() - start)))?;
    }
    let mut bytes = writer.into_inner()?;
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    Ok(bytes)
}

fn run_fields(runs: &Runs) -> Vec<(Field, ArrayRef)> {
    let lengths: UInt32Array = runs.starts().windows(2).map(|pair| pair[1] - pair[0]).collect();
    let actors = UInt32Array::from(runs.actors().to_vec());
    vec![named(RUN_ACTOR, Arc::new(actors)), named(RUN_ROWS, Arc::new(lengths))]
}

fn named(name: &str, array: ArrayRef) -> (Field, ArrayRef) {
    (Field::new(name, array.data_type().clone(), true), array)
}

fn field(key: &ColumnKey, column: &Column) -> (Field, ArrayRef) {
    let name = key.to_string();
    match column {
        Column::Time(times) => {
            let times: ScalarBuffer<i32> = times.millis().inner().clone().into();
            named(&name, Arc::new(Time32MillisecondArray::new(times, None)))
        }
        Column::Whole(array) => named(&name, Arc::new(array.clone())),
        Column::Bytes(array) => named(&name, Arc::new(array.clone())),
        Column::Text(text) => named(&name, text_array(text)),
        Column::Number(number) => {
            let (field, array) = named(&name, number_array(&number.values));
            (field.with_metadata([(DECIMALS.to_owned(), number.decimals.to_string())]), array)
        }
        Column::Runs(_) => unreachable!("the run table is a part of its own"),
    }
}

fn text_array(text: &Text) -> ArrayRef {
    fn dictionary<K: arrow_array::types::ArrowDictionaryKeyType>(
        codes: &ScalarBuffer<K::Native>,
        values: &arrow_array::StringArray,
    ) -> ArrayRef {
        let keys = PrimitiveArray::<K>::new(codes.clone(), None);
        Arc::new(DictionaryArray::<K>::new(keys, Arc::new(values.clone())))
    }
    match &text.codes {
        Codes::U8(codes) => dictionary::<UInt8Type>(codes, &text.values),
        Codes::U16(codes) => dictionary::<UInt16Type>(codes, &text.values),
        Codes::U32(codes) => dictionary::<UInt32Type>(codes, &text.values),
    }
}

fn number_array(values: &Values) -> ArrayRef {
    match values {
        Values::I8(array) => Arc::new(array.clone()),
        Values::I16(array) => Arc::new(array.clone()),
        Values::I32(array) => Arc::new(array.clone()),
        Values::F64(array) => Arc::new(array.clone()),
    }
}

fn read(part: &[u8]) -> Result<BTreeMap<ColumnKey, Column>, ArrowError> {
    let mut reader = StreamReader::try_new(Cursor::new(part), None)?;
    let schema = reader.schema();
    let batches = reader.by_ref().collect::<Result<Vec<RecordBatch>, ArrowError>>()?;
    let arrays = |index: usize| -> Vec<&dyn Array> { batches.iter().map(|batch| batch.column(index).as_ref()).collect() };
    if schema.fields().len() == 2 && schema.field(0).name() == RUN_ACTOR && schema.field(1).name() == RUN_ROWS {
        let runs = Runs::of_lengths(joined::<UInt32Type>(&arrays(0))?.to_vec(), &joined::<UInt32Type>(&arrays(1))?);
        return Ok([(ColumnKey::Runs, Column::Runs(runs))].into());
    }
    let column = |(index, field): (usize, &Arc<Field>)| {
        let key: ColumnKey = field.name().parse().map_err(|error| ArrowError::SchemaError(format!("{error}")))?;
        Ok((key, column(field, &arrays(index))?))
    };
    schema.fields().iter().enumerate().map(column).collect()
}

fn column(field: &Field, arrays: &[&dyn Array]) -> Result<Column, ArrowError> {
    Ok(match field.data_type() {
        DataType::Time32(_) => Column::Time(ScalarBuffer::<u32>::from(joined::<Time32MillisecondType>(arrays)?.into_inner()).into()),
        DataType::Int64 => Column::Whole(concat(arrays)?.as_primitive().clone()),
        DataType::FixedSizeBinary(_) => Column::Bytes(concat(arrays)?.as_fixed_size_binary().clone()),
        DataType::Dictionary(_, _) => Column::Text(text(arrays)?),
        kind => {
            let array = concat(arrays)?;
            let values = match kind {
                DataType::Int8 => Values::I8(array.as_primitive::<Int8Type>().clone()),
                DataType::Int16 => Values::I16(array.as_primitive::<Int16Type>().clone()),
                DataType::Int32 => Values::I32(array.as_primitive::<Int32Type>().clone()),
                DataType::Float64 => Values::F64(array.as_primitive::<Float64Type>().clone()),
                other => return Err(ArrowError::SchemaError(format!("no column holds {other}"))),
            };
            let decimals = field.metadata().get(DECIMALS).and_then(|decimals| decimals.parse().ok()).filter(|decimals| *decimals <= 4);
            Column::Number(Number { values, decimals: decimals.ok_or_else(|| ArrowError::SchemaError("decimals are missing".to_owned()))? })
        }
    })
}

fn concat(arrays: &[&dyn Array]) -> Result<ArrayRef, ArrowError> {
    arrow_select::concat::concat(arrays)
}

/// The values of arrays without nulls, in one piece; not copied where there is only one. (A segment of nobody's events has
/// no runs.)
fn joined<T: ArrowPrimitiveType>(arrays: &[&dyn Array]) -> Result<ScalarBuffer<T::Native>, ArrowError> {
    match arrays {
        [] => Ok(Vec::new().into()),
        [one] => Ok(one.as_primitive::<T>().values().clone()),
        many => Ok(concat(many)?.as_primitive::<T>().values().clone()),
    }
}

/// Every batch refers to the one dictionary of its stream, so keys can be put side by side as they are.
fn text(arrays: &[&dyn Array]) -> Result<Text, ArrowError> {
    let first = arrays.first().and_then(|array| array.as_any_dictionary_opt());
    let first = first.ok_or_else(|| ArrowError::SchemaError("a text without rows".to_owned()))?;
    let values = first.values().as_string_opt::<i32>().cloned();
    let values = values.ok_or_else(|| ArrowError::SchemaError("a dictionary of something else than texts".to_owned()))?;
    let keys: Vec<&dyn Array> = arrays.iter().filter_map(|array| array.as_any_dictionary_opt()).map(|array| array.keys()).collect();
    let codes = match first.keys().data_type() {
        DataType::UInt8 => Codes::U8(joined::<UInt8Type>(&keys)?),
        DataType::UInt16 => Codes::U16(joined::<UInt16Type>(&keys)?),
        DataType::UInt32 => Codes::U32(joined::<UInt32Type>(&keys)?),
        other => return Err(ArrowError::SchemaError(format!("no codes are {other}"))),
    };
    Ok(Text { codes, values })
}
