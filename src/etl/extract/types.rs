//! The Parquet types that a log's columns may have, and how their cells are visited.

use half::f16;
use polars_arrow::{
    array::{
        Array, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, PrimitiveArray, Utf8ViewArray,
    },
    datatypes::{ArrowDataType, TimeUnit},
    types::NativeType,
};
use polars_parquet::parquet::schema::types::{PhysicalType, PrimitiveLogicalType, PrimitiveType};

use super::{raw::Raw, role::Role};

/// No decimal has more bytes: 76 digits.
const WIDEST_DECIMAL: usize = 32;

/// The type of a column's cells, where the reader's own choice would not do.
pub(super) fn wanted_type(primitive: &PrimitiveType, inferred: ArrowDataType) -> ArrowDataType {
    match (primitive.physical_type, &inferred) {
        (PhysicalType::FixedLenByteArray(n), ArrowDataType::Decimal(..)) if n > WIDEST_DECIMAL => {
            ArrowDataType::FixedSizeBinary(n)
        }
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

/// Calls `each` with every cell of an array, in order. `dtype` is what the cells are, a type
/// that [`check`] passed: that of the array, but for the cells of [`super::fixed`].
/// Returns false for a type that it does not know.
pub(super) fn visit(
    array: &dyn Array,
    dtype: &ArrowDataType,
    mut each: impl FnMut(Raw<'_>),
) -> bool {
    use ArrowDataType as T;
    match array.dtype() {
        T::FixedSizeBinary(_) => {
            let array = array.as_any().downcast_ref::<FixedSizeBinaryArray>();
            let Some((array, to_raw)) = array.zip(of_bytes(dtype)) else {
                return false;
            };
            for value in array.iter() {
                each(value.map_or(Raw::Null, |bytes| to_raw(bytes, scale_of(dtype))));
            }
        }
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
        T::Float32 => return primitive::<f32>(array, |v| Raw::Float(f64::from(v)), each),
        T::Float64 => return primitive::<f64>(array, Raw::Float, each),
        T::Decimal(_, scale) => {
            let scale = u32::try_from(*scale).unwrap_or(0);
            return primitive::<i128>(array, |v| Raw::Decimal(v, scale), each);
        }
        T::Timestamp(unit, _) => {
            let unit = *unit;
            return primitive::<i64>(array, |v| Raw::Time(to_micros(v, unit)), each);
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

fn scale_of(dtype: &ArrowDataType) -> u32 {
    match dtype {
        ArrowDataType::Decimal(_, scale) | ArrowDataType::Decimal256(_, scale) => {
            u32::try_from(*scale).unwrap_or(0)
        }
        _ => 0,
    }
}

/// What the bytes of a cell of fixed width mean, with the scale of a decimal.
fn of_bytes(dtype: &ArrowDataType) -> Option<fn(&[u8], u32) -> Raw<'_>> {
    use ArrowDataType as T;
    Some(match dtype {
        T::Timestamp(..) => |bytes, _| int96(bytes),
        T::Decimal(..) | T::Decimal256(..) => decimal,
        T::Float16 => |bytes, _| {
            bytes.try_into().map_or(Raw::Null, |bytes| {
                Raw::Float(f16::from_le_bytes(bytes).to_f64())
            })
        },
        T::FixedSizeBinary(16) => |bytes, _| {
            bytes
                .try_into()
                .map_or(Raw::Null, |bytes| Raw::Uuid(u128::from_be_bytes(bytes)))
        },
        _ => return None,
    })
}

/// Nanoseconds of the day, then the Julian day number: both little-endian.
fn int96(bytes: &[u8]) -> Raw<'_> {
    const JULIAN_DAY_OF_1970: i64 = 2_440_588;
    const DAY_US: i64 = 86_400_000_000;
    let (Some((nanos, day)), true) = (bytes.split_first_chunk(), bytes.len() == 12) else {
        return Raw::Null;
    };
    let day: [u8; 4] = day.try_into().unwrap_or_default();
    let days = i64::from(u32::from_le_bytes(day)) - JULIAN_DAY_OF_1970;
    Raw::Time(
        // What saturates is far outside the years of a log.
        days.saturating_mul(DAY_US)
            .saturating_add(i64::from_le_bytes(*nanos).div_euclid(1000)),
    )
}

/// Two's complement, big-endian.
fn decimal(bytes: &[u8], scale: u32) -> Raw<'_> {
    let sign = match bytes.first() {
        Some(first) if *first >= 0x80 => 0xff,
        Some(_) => 0,
        None => return Raw::Null,
    };
    let (high, low) = bytes.split_at(bytes.len().saturating_sub(16));
    let mut number = [sign; 16];
    number[16 - low.len()..].copy_from_slice(low);
    let fits = high.iter().all(|byte| *byte == sign) && (number[0] >= 0x80) == (sign == 0xff);
    if fits {
        Raw::Decimal(i128::from_be_bytes(number), scale)
    } else {
        Raw::WideDecimal(bytes, scale)
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
