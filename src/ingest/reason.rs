//! Why a row was rejected, in words for people and a code for machines.

use crate::i18n::Lang;

/// Why a row was rejected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// More or fewer fields than the header.
    FieldCount,
    /// A quoted field that does not close.
    Quote,
    /// Bytes that are not text in the file's encoding.
    Encoding,
    /// A NUL byte.
    Nul,
    /// A blank line between rows.
    Blank,
    /// A line far longer than any row.
    TooLong,
    /// Not a JSON object.
    BadJson,
    /// A row of totals.
    TotalRow,
    /// A row with nothing in the columns of the table, beside which something else was put.
    OutsideTable,
    /// A call of an event log that had not ended when the log did.
    Unfinished,
    /// The end of a call of which the log has no beginning.
    Orphan,
    /// A required column is empty.
    Missing,
    /// An identifier in scientific notation.
    ScientificId,
    /// Not a time in any known form, or an impossible date.
    BadTime,
    /// A clock reading that daylight saving skipped.
    SkippedTime,
    /// Not a duration.
    BadDuration,
    /// A duration below zero.
    NegativeDuration,
    /// A duration longer than anything it could measure.
    LongDuration,
    /// Not a number.
    BadNumber,
    /// Neither yes nor no.
    BadFlag,
    /// A score outside the stated scale.
    ScoreScale,
    /// Something ends before it begins.
    Order,
    /// Left out by a rule of the source mapping, with the rule's words.
    Excluded(String),
}

/// A row that was refused: where and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Header of the column at fault; empty when the row as a whole is.
    pub column: String,
    /// The offending text.
    pub value: String,
    /// Why.
    pub reason: Reason,
}

/// A rejected row, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Physical line, 1-based; the number of the record where the format has no lines.
    pub line: u64,
    /// Where and why.
    pub refusal: Refusal,
    /// The row as it stood in the file.
    pub raw: String,
}

impl Reject {
    /// A row refused as a whole, not for one of its columns.
    #[must_use]
    pub fn whole(line: u64, reason: Reason, value: String, raw: String) -> Self {
        Self {
            line,
            refusal: Refusal {
                column: String::new(),
                value,
                reason,
            },
            raw,
        }
    }
}

impl Reason {
    /// The code in `_quality` and the quarantine.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::FieldCount => "field_count",
            Self::Quote => "unterminated_quote",
            Self::Encoding => "invalid_encoding",
            Self::Nul => "nul_byte",
            Self::Blank => "blank_line",
            Self::TooLong => "too_long",
            Self::BadJson => "bad_json",
            Self::TotalRow => "total_row",
            Self::OutsideTable => "outside_table",
            Self::Unfinished => "unfinished_call",
            Self::Orphan => "orphan_event",
            Self::Missing => "missing",
            Self::ScientificId => "scientific_id",
            Self::BadTime => "bad_time",
            Self::SkippedTime => "skipped_time",
            Self::BadDuration => "bad_duration",
            Self::NegativeDuration => "negative_duration",
            Self::LongDuration => "long_duration",
            Self::BadNumber => "bad_number",
            Self::BadFlag => "bad_flag",
            Self::ScoreScale => "score_scale",
            Self::Order => "order",
            Self::Excluded(_) => "excluded",
        }
    }
}

/// What a reason code means and how to mend it.
#[must_use]
pub fn describe(code: &str, lang: Lang) -> &str {
    let (en, zh) = match code {
        "field_count" => (
            "the row has more or fewer fields than the header",
            "字段数与表头不符",
        ),
        "unterminated_quote" => ("a quoted field is not closed", "引号未闭合"),
        "invalid_encoding" => (
            "bytes that are not text in the file's encoding (or in the one after `;`: then the file mixes encodings)",
            "含有无法按文件编码解读的字节（分号后若有另一编码，则文件混用了编码）",
        ),
        "nul_byte" => ("a NUL byte in the row", "行内含有 NUL 字节"),
        "blank_line" => ("a blank line between rows", "数据中间的空行"),
        "too_long" => (
            "a line far longer than any row: its beginning is in the quarantine",
            "该行过长，不可能是一行数据：隔离区仅保留其开头",
        ),
        "bad_json" => ("not a JSON object", "不是有效的 JSON 对象"),
        "total_row" => ("a row of totals, not a record", "合计行，不是明细记录"),
        "outside_table" => (
            "nothing in the columns of the table: it belongs to something put beside it",
            "本表各列均为空：该行属于旁边的其他内容",
        ),
        "unfinished_call" => (
            "the log ends before the call does: feed the log again when it has gone on, or its rotated parts joined, oldest first: `cat queue_log.1 queue_log | kefu run -`",
            "日志结束时通话尚未结束：日志续写后请重新导入；若日志已轮转，请按先后合并再导入：`cat queue_log.1 queue_log | kefu run -`",
        ),
        "orphan_event" => (
            "the end of a call whose beginning is not in the log: where the log was rotated, feed its parts joined, oldest first: `cat queue_log.1 queue_log | kefu run -`",
            "通话的开始不在该日志中：若日志已轮转，请按先后合并再导入：`cat queue_log.1 queue_log | kefu run -`",
        ),
        "missing" => ("a required column is empty", "必填列为空"),
        "scientific_id" => (
            "an identifier in scientific notation has lost digits: export it as text",
            "编号为科学计数法，位数已丢失：请以文本格式导出",
        ),
        "bad_time" => (
            "not a time, or an impossible date",
            "无法识别的时间或不存在的日期",
        ),
        "skipped_time" => (
            "a clock time that daylight saving skipped",
            "夏令时跳过的时刻",
        ),
        "bad_duration" => ("not a duration", "无法识别的时长"),
        "negative_duration" => ("a negative duration", "时长为负"),
        "long_duration" => (
            "a duration of more than a month: a damaged number, or one in another unit",
            "时长超过一个月：数值已损坏，或单位不同",
        ),
        "bad_number" => ("not a number", "不是数字"),
        "bad_flag" => ("neither yes nor no", "无法识别的是/否"),
        "score_scale" => (
            "a score outside its scale: 1–5, or the one stated in the source mapping",
            "评分超出尺度：1–5 分，或来源映射中注明的尺度",
        ),
        "order" => ("it ends before it begins", "结束早于开始"),
        "excluded" => (
            "left out by a rule of the source mapping",
            "按来源映射的规则剔除",
        ),
        other => (other, other),
    };
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}
