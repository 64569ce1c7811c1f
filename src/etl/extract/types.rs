//! The Parquet types that a log's columns may have, and how their cells are visited.

use polars_arrow::{
    array::{
        Array, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, PrimitiveArray, Utf8ViewArray,
    },
    datatypes::{ArrowDataType, TimeUnit},
    types::{NativeType, i256},
};
use polars_parquet::parquet::schema::types::{PhysicalType, PrimitiveLogicalType, PrimitiveType};

use super::{raw::Raw, role::Role};

/// The type to ask the reader for, where its own choice would not come through.
pub(super) fn wanted_type(primitive: &PrimitiveType, inferred: ArrowDataType) -> ArrowDataType {
    match (primitive.physical_type, &inferred) {
        (PhysicalType::FixedLenByteArray(n), ArrowDataType::Decimal(p, s)) if n > 16 => {
            ArrowDataType::Decimal256(*p, *s)
        }
        (PhysicalType::FixedLenByteArray(2), _)
            if primitive.logical_type == Some(PrimitiveLogicalType::Float16) =>
        {
            ArrowDataType::Float16
        }
        _ => inferred,
    }
}

/// What a type is called in messages.
pub(super) fn name(dtype: &ArrowDataType) -> &'static str {
    use ArrowDataType as T;
    match dtype {
        T::Null => "null",
        T::Boolean => "boolean",
        T::Int8 => "int8",
        T::Int16 => "int16",
        T::Int32 => "int32",
        T::Int64 => "int64",
        T::UInt8 => "uint8",
        T::UInt16 => "uint16",
        T::UInt32 => "uint32",
        T::UInt64 => "uint64",
        T::Float16 => "half",
        T::Float32 => "float",
        T::Float64 => "double",
        T::Decimal(..) | T::Decimal256(..) => "decimal",
        T::Timestamp(..) => "timestamp",
        T::Date32 | T::Date64 => "date",
        T::Time32(_) | T::Time64(_) => "time of day",
        T::Duration(_) | T::Interval(_) => "duration",
        T::Utf8 | T::LargeUtf8 | T::Utf8View => "text",
        T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_) => "bytes",
        T::List(_) | T::LargeList(_) | T::FixedSizeList(..) => "list",
        T::Struct(_) => "struct",
        T::Map(..) => "map",
        T::Dictionary(..) => "dictionary",
        _ => "unknown",
    }
}

/// Whether a column of this role may have this type; else what it may have.
pub(super) fn check(role: Role, dtype: &ArrowDataType) -> Result<(), &'static str> {
    use ArrowDataType as T;
    let text = matches!(dtype, T::Utf8View | T::BinaryView | T::Null);
    let int = matches!(
        dtype,
        T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64
    );
    let float = matches!(dtype, T::Float16 | T::Float32 | T::Float64);
    let decimal = matches!(dtype, T::Decimal(..) | T::Decimal256(..));
    let (ok, may) = match role {
        Role::Time => (
            text || matches!(dtype, T::Timestamp(..)),
            "text or a timestamp",
        ),
        Role::Value => (
            text || int || float || decimal,
            "any number, or text holding one",
        ),
        Role::Field | Role::Sensor => (text, "text, categorical or dictionary"),
        Role::Robot => (
            text || int || float || decimal,
            "an integer, a float or text",
        ),
        Role::Run => (
            text || int || float || decimal || matches!(dtype, T::FixedSizeBinary(16)),
            "an integer, a double, a decimal, a UUID or text",
        ),
        Role::Cell => (
            text || int || float || decimal,
            "an integer, a float or text",
        ),
    };
    if ok { Ok(()) } else { Err(may) }
}

/// Bytes of memory that a cell of this type takes at least while its row group is decoded: as
/// the reader gives it, and as a number or code of the batch.
pub(super) fn width(dtype: &ArrowDataType) -> u64 {
    use ArrowDataType as T;
    let (raw, decoded) = match dtype {
        T::Int8 | T::UInt8 | T::Boolean | T::Null => (1, 1),
        T::Int16 | T::UInt16 | T::Float16 => (2, 1),
        T::Int32 | T::UInt32 | T::Float32 => (4, 1),
        T::Decimal256(..) => (32, 1),
        T::Decimal(..) | T::Utf8View | T::BinaryView | T::FixedSizeBinary(_) => (16, 1),
        _ => (8, 1),
    };
    raw + decoded
}

/// Calls `each` with every cell of an array of a type that [`check`] passed, in order.
/// Returns false for a type that it does not know.
pub(super) fn visit(array: &dyn Array, mut each: impl FnMut(Raw<'_>)) -> bool {
    use ArrowDataType as T;
    match array.dtype() {
        T::Null => (0..array.len()).for_each(|_| each(Raw::Null)),
        T::Utf8View => return views(array, each),
        T::BinaryView => return binary_views(array, each),
        T::Int8 => return ints::<i8>(array, each),
        T::Int16 => return ints::<i16>(array, each),
        T::Int32 => return ints::<i32>(array, each),
        T::Int64 => return ints::<i64>(array, each),
        T::UInt8 => return ints::<u8>(array, each),
        T::UInt16 => return ints::<u16>(array, each),
        T::UInt32 => return ints::<u32>(array, each),
        T::UInt64 => return ints::<u64>(array, each),
        T::Float16 => {
            return primitive::<polars::prelude::pf16>(
                array,
                |v| Raw::Float(f64::from(f32::from(v))),
                each,
            );
        }
        T::Float32 => return primitive::<f32>(array, |v| Raw::Float(f64::from(v)), each),
        T::Float64 => return primitive::<f64>(array, Raw::Float, each),
        T::Decimal(_, scale) => {
            let scale = u32::try_from(*scale).unwrap_or(0);
            return primitive::<i128>(array, |v| Raw::Decimal(v, scale), each);
        }
        T::Decimal256(_, scale) => {
            let scale = u32::try_from(*scale).unwrap_or(0);
            return primitive::<i256>(array, |v| decimal256(v, scale), each);
        }
        T::Timestamp(unit, _) => {
            let unit = *unit;
            return primitive::<i64>(array, |v| Raw::Time(to_micros(v, unit)), each);
        }
        T::FixedSizeBinary(16) => {
            let Some(array) = array.as_any().downcast_ref::<FixedSizeBinaryArray>() else {
                return false;
            };
            for value in array.iter() {
                let bytes: Option<[u8; 16]> = value.and_then(|v| v.try_into().ok());
                each(bytes.map_or(Raw::Null, |b| Raw::Uuid(u128::from_be_bytes(b))));
            }
        }
        T::Boolean => {
            let Some(array) = array.as_any().downcast_ref::<BooleanArray>() else {
                return false;
            };
            for value in array.iter() {
                let text: &[u8] = if value == Some(true) {
                    b"true"
                } else {
                    b"false"
                };
                each(value.map_or(Raw::Null, |_| Raw::Text(text)));
            }
        }
        _ => return false,
    }
    true
}

fn views(array: &dyn Array, mut each: impl FnMut(Raw<'_>)) -> bool {
    let Some(array) = array.as_any().downcast_ref::<Utf8ViewArray>() else {
        return false;
    };
    if array.null_count() == 0 {
        array
            .values_iter()
            .for_each(|v| each(Raw::Text(v.as_bytes())));
    } else {
        array
            .iter()
            .for_each(|v| each(v.map_or(Raw::Null, |t| Raw::Text(t.as_bytes()))));
    }
    true
}

fn binary_views(array: &dyn Array, mut each: impl FnMut(Raw<'_>)) -> bool {
    let Some(array) = array.as_any().downcast_ref::<BinaryViewArray>() else {
        return false;
    };
    array
        .iter()
        .for_each(|v| each(v.map_or(Raw::Null, Raw::Text)));
    true
}

fn ints<T: NativeType + Into<i128>>(array: &dyn Array, each: impl FnMut(Raw<'_>)) -> bool {
    primitive::<T>(array, |v| Raw::Int(v.into()), each)
}

fn primitive<T: NativeType>(
    array: &dyn Array,
    to_raw: impl Fn(T) -> Raw<'static>,
    mut each: impl FnMut(Raw<'_>),
) -> bool {
    let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<T>>() else {
        return false;
    };
    if array.null_count() == 0 {
        array.values_iter().for_each(|v| each(to_raw(*v)));
    } else {
        array
            .iter()
            .for_each(|v| each(v.map_or(Raw::Null, |v| to_raw(*v))));
    }
    true
}

fn decimal256(value: i256, scale: u32) -> Raw<'static> {
    // Beyond 128 bits no value is a run id, and no measurement is that large.
    match i128::try_from(value.0) {
        Ok(v) => Raw::Decimal(v, scale),
        Err(_) => Raw::Null,
    }
}

pub(super) fn to_micros(value: i64, unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => value.saturating_mul(1_000_000),
        TimeUnit::Millisecond => value.saturating_mul(1000),
        TimeUnit::Microsecond => value,
        TimeUnit::Nanosecond => value.div_euclid(1000),
    }
}
