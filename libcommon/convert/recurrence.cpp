#include "convert/recurrence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>

#include "base/charset.hpp"
#include "base/little_endian.hpp"

namespace mbx::convert {
namespace {

constexpr std::uint16_t kReaderVersion = 0x3004;
constexpr std::size_t kMostInstances = 10'000;

/// Takes integers off the front; all is zero once the bytes are out.
class Fields {
  public:
    explicit Fields(base::ByteView bytes) : rest_(bytes) {}

    template <typename Little>
    std::uint32_t take() {
        if (rest_.size() < sizeof(Little)) {
            complete_ = false;
            rest_ = {};
            return 0;
        }
        const auto value = base::read_record<Little>(rest_);
        rest_ = rest_.subspan(sizeof(Little));
        return value;
    }
    std::uint32_t u16() { return take<base::le16>(); }
    std::uint32_t u32() { return take<base::le32>(); }

    std::string text(std::size_t size) {
        if (size > rest_.size()) {
            complete_ = false;
            size = rest_.size();
        }
        std::string result(base::as_text(rest_.first(size)));
        rest_ = rest_.subspan(size);
        return result;
    }
    std::vector<LocalMinutes> dates() {
        const std::size_t count = std::min<std::size_t>(u32(), rest_.size() / 4);
        std::vector<LocalMinutes> result;
        for (std::size_t i = 0; i < count && i < kMostInstances; ++i) {
            result.push_back(u32());
        }
        return result;
    }
    bool complete() const { return complete_; }

  private:
    base::ByteView rest_;
    bool complete_ = true;
};

/// PatternTypeSpecific, [MS-OXOCAL] 2.2.1.44.1.
bool take_pattern(Fields& fields, std::uint32_t pattern_type, Recurrence& result) {
    switch (pattern_type) {
        case 0x0:  // day
            return true;
        case 0x1:  // week
            result.weekdays = fields.u32() & 0x7FU;
            return result.weekdays != 0;
        case 0x2:  // month
        case 0x4:  // end of the month
            result.day_of_month = fields.u32();
            return result.day_of_month >= 1 && result.day_of_month <= 31;
        case 0x3:  // n-th weekday of the month
            result.weekdays = fields.u32() & 0x7FU;
            result.week_of_month = fields.u32();
            return result.weekdays != 0 && result.week_of_month >= 1 && result.week_of_month <= 5;
        default:  // lunar calendars
            return false;
    }
}

bool take_frequency(std::uint32_t frequency, std::uint32_t period, Recurrence& result) {
    constexpr std::uint32_t kMinutesPerDay = 1440;
    switch (frequency) {
        case 0x200A:
            result.frequency = Recurrence::Frequency::Daily;
            result.interval = period / kMinutesPerDay;
            if (result.weekdays != 0) {  // every weekday
                result.frequency = Recurrence::Frequency::Weekly;
                result.interval = 1;
            }
            break;
        case 0x200B:
            result.frequency = Recurrence::Frequency::Weekly;
            result.interval = period;
            break;
        case 0x200C:
            result.frequency = Recurrence::Frequency::Monthly;
            result.interval = period;
            break;
        case 0x200D:
            result.frequency = Recurrence::Frequency::Yearly;
            result.interval = period / 12;
            break;
        default:
            return false;
    }
    result.interval = std::max(result.interval, 1U);
    return true;
}

std::string take_override_text(Fields& fields) {
    fields.u16();  // length with a terminator that is not there
    return base::decode_code_page(fields.text(fields.u16()), 1252);
}

/// ExceptionInfo, [MS-OXOCAL] 2.2.1.44.2.
RecurrenceException take_exception(Fields& fields) {
    RecurrenceException result;
    result.start = fields.u32();
    result.end = fields.u32();
    result.original_start = fields.u32();
    const std::uint32_t flags = fields.u16();
    if ((flags & 0x1U) != 0) {
        result.subject = take_override_text(fields);
    }
    for (const std::uint32_t number : {0x2U, 0x4U, 0x8U}) {  // meeting type, reminder, reminder set
        if ((flags & number) != 0) {
            fields.u32();
        }
    }
    if ((flags & 0x10U) != 0) {
        result.location = take_override_text(fields);
    }
    for (const std::uint32_t number :
         {0x20U, 0x40U, 0x80U, 0x100U}) {  // busy, attachment, subtype, colour
        if ((flags & number) != 0) {
            fields.u32();
        }
    }
    return result;
}

void take_appointment_part(Fields& fields, Recurrence& result) {
    fields.u32();  // ReaderVersion2
    fields.u32();  // WriterVersion2
    result.start_offset = fields.u32();
    result.end_offset = fields.u32();
    const std::size_t count = fields.u16();
    for (std::size_t i = 0; i < count && fields.complete(); ++i) {
        const RecurrenceException exception = take_exception(fields);
        if (fields.complete()) {
            result.exceptions.push_back(exception);
        }
    }
}

std::string weekday_list(std::uint32_t weekdays) {
    constexpr std::array<std::string_view, 7> kDays{"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
    std::string list;
    for (std::size_t day = 0; day < kDays.size(); ++day) {
        if ((weekdays >> day & 1U) != 0) {
            list += (list.empty() ? "" : ",") + std::string(kDays.at(day));
        }
    }
    return list;
}

unsigned month_of(LocalMinutes minutes) {
    namespace ch = std::chrono;
    const ch::sys_days day = ch::sys_days{ch::year{1601} / 1 / 1} + ch::days{minutes / 1440};
    return static_cast<unsigned>(ch::year_month_day{day}.month());
}

struct StoredFrequency {
    std::uint16_t frequency;
    std::uint16_t pattern_type;
    std::uint32_t period;
};

StoredFrequency stored_frequency(const Recurrence& recurrence) {
    const std::uint16_t of_month = recurrence.week_of_month != 0 ? 0x3 : 0x2;
    switch (recurrence.frequency) {
        case Recurrence::Frequency::Daily:
            return {0x200A, 0x0, recurrence.interval * 1440};
        case Recurrence::Frequency::Weekly:
            return {0x200B, 0x1, recurrence.interval};
        case Recurrence::Frequency::Monthly:
            return {0x200C, of_month, recurrence.interval};
        case Recurrence::Frequency::Yearly:
            return {0x200D, of_month, recurrence.interval * 12};
    }
    return {};
}

/// FirstDateTime, [MS-OXOCAL] 2.2.1.44.1: where in its period a series lies, counted from 1601 on.
LocalMinutes first_date_time(const Recurrence& recurrence, std::uint32_t period) {
    namespace ch = std::chrono;
    constexpr LocalMinutes kDay = 1440;
    const LocalMinutes start = recurrence.start_date;
    switch (recurrence.frequency) {
        case Recurrence::Frequency::Daily:
            return start % period;
        case Recurrence::Frequency::Weekly: {
            const std::uint32_t weekday = (start / kDay + 1) % 7;  // 1601 begins with a Monday
            const std::uint32_t days = (weekday + 7 - recurrence.first_weekday) % 7;
            return (start - days * kDay) % (period * 7 * kDay);
        }
        case Recurrence::Frequency::Monthly:
        case Recurrence::Frequency::Yearly: {
            const ch::sys_days epoch = ch::sys_days{ch::year{1601} / 1 / 1};
            const ch::year_month_day day{epoch + ch::days{start / kDay}};
            const auto months =
                static_cast<std::uint32_t>(static_cast<int>(day.year()) - 1601) * 12 +
                static_cast<unsigned>(day.month()) - 1;
            const ch::sys_days first =
                ch::sys_days{ch::year{1601} / 1 / 1 + ch::months{months % period}};
            return static_cast<LocalMinutes>((first - epoch).count()) * kDay;
        }
    }
    return 0;
}

void append_pattern_type(const Recurrence& recurrence, base::Bytes& bytes) {
    if (recurrence.frequency == Recurrence::Frequency::Daily) {
        return;
    }
    if (recurrence.weekdays != 0) {
        base::append_le(bytes, recurrence.weekdays);
    }
    if (recurrence.week_of_month != 0) {
        base::append_le(bytes, recurrence.week_of_month);
    } else if (recurrence.day_of_month != 0) {
        base::append_le(bytes, recurrence.day_of_month);
    }
}

}  // namespace

base::UnixTime since_1601(LocalMinutes minutes) {
    constexpr std::int64_t kSecondsTo1970 = 11'644'473'600;
    return {std::int64_t{minutes} * 60 - kSecondsTo1970};
}

base::Bytes encode_recurrence(const Recurrence& recurrence) {
    const StoredFrequency stored = stored_frequency(recurrence);
    base::Bytes bytes;
    for (const std::uint16_t value : {kReaderVersion, kReaderVersion, stored.frequency,
                                      stored.pattern_type, std::uint16_t{0} /* CalendarType */}) {
        base::append_le(bytes, value);
    }
    const auto put = [&](std::initializer_list<std::uint32_t> values) {
        for (const std::uint32_t value : values) {
            base::append_le(bytes, value);
        }
    };
    put({first_date_time(recurrence, stored.period), stored.period, 0});
    append_pattern_type(recurrence, bytes);
    const bool never = recurrence.end == Recurrence::End::Never;
    constexpr std::uint32_t kCountOfEndless = 10;
    put({never                                        ? 0x2023U
         : recurrence.end == Recurrence::End::ByCount ? 0x2022U
                                                      : 0x2021U,
         never ? kCountOfEndless : recurrence.count, recurrence.first_weekday,
         0,  // deleted, modified occurrences
         0, recurrence.start_date, never ? kNoEndDate : recurrence.end_date,
         0x3006,  // ReaderVersion2, WriterVersion2
         0x3009, recurrence.start_offset, recurrence.end_offset});
    base::append_le(bytes, std::uint16_t{0});  // exceptions
    put({0, 0});                               // reserved blocks
    return bytes;
}

std::optional<Recurrence> decode_recurrence(base::ByteView bytes) {
    Fields fields(bytes);
    Recurrence result;
    if (fields.u16() != kReaderVersion) {
        return std::nullopt;
    }
    fields.u16();  // WriterVersion
    const std::uint32_t frequency = fields.u16();
    const std::uint32_t pattern_type = fields.u16();
    fields.u16();  // CalendarType
    fields.u32();  // FirstDateTime
    const std::uint32_t period = fields.u32();
    fields.u32();  // SlidingFlag
    if (!take_pattern(fields, pattern_type, result) || !take_frequency(frequency, period, result)) {
        return std::nullopt;
    }
    const std::uint32_t end_type = fields.u32();
    result.end = end_type == 0x2021   ? Recurrence::End::ByDate
                 : end_type == 0x2022 ? Recurrence::End::ByCount
                                      : Recurrence::End::Never;
    result.count = fields.u32();
    result.first_weekday = fields.u32() % 7;
    result.deleted = fields.dates();
    result.modified = fields.dates();
    result.start_date = fields.u32();
    result.end_date = fields.u32();
    if (!fields.complete()) {
        return std::nullopt;
    }
    take_appointment_part(fields, result);
    return result;
}

std::string rrule(const Recurrence& recurrence, const std::string& until) {
    constexpr std::array<std::string_view, 4> kFrequencies{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
    std::string rule =
        fmt::format("FREQ={}", kFrequencies.at(static_cast<std::size_t>(recurrence.frequency)));
    if (recurrence.end == Recurrence::End::ByCount && recurrence.count > 0) {
        rule += fmt::format(";COUNT={}", recurrence.count);
    } else if (recurrence.end == Recurrence::End::ByDate && !until.empty()) {
        rule += fmt::format(";UNTIL={}", until);
    }
    if (recurrence.interval > 1) {
        rule += fmt::format(";INTERVAL={}", recurrence.interval);
    }
    if (recurrence.weekdays != 0) {
        rule += fmt::format(";BYDAY={}", weekday_list(recurrence.weekdays));
    }
    if (recurrence.week_of_month != 0) {
        rule += fmt::format(";BYSETPOS={}", recurrence.week_of_month == 5
                                                ? -1
                                                : static_cast<int>(recurrence.week_of_month));
    }
    if (recurrence.day_of_month == 31) {
        rule += ";BYMONTHDAY=-1";
    } else if (recurrence.day_of_month != 0) {
        rule += fmt::format(";BYMONTHDAY={}", recurrence.day_of_month);
    }
    if (recurrence.frequency == Recurrence::Frequency::Yearly) {
        rule += fmt::format(";BYMONTH={}", month_of(recurrence.start_date));
    }
    if (recurrence.frequency == Recurrence::Frequency::Weekly && recurrence.interval > 1) {
        rule += fmt::format(";WKST={}", weekday_list(1U << recurrence.first_weekday));
    }
    return rule;
}

}  // namespace mbx::convert
