#include "convert/ical_common.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>

#include "base/little_endian.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "convert/calendar_properties.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

/// "2024-01-01T08:09:10Z" without its marks.
std::string digits_of(base::UnixTime time) {
    std::string text = base::iso8601(time);
    std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'Z'; });
    return text;
}

// PidLidGlobalObjectId, [MS-OXOCAL] 2.2.1.27
struct GlobalObjectIdHead {
    std::array<std::byte, 16> rgbByteArrayId;
    std::array<std::uint8_t, 4> date;  // of an occurrence: YH, YL, M, D
    base::le64 creationTime;
    base::le64 reserved;
    base::le32 cbSize;  // of the data behind it
};
static_assert(sizeof(GlobalObjectIdHead) == 40);

constexpr std::string_view kOutlookId{
    "\x04\x00\x00\x00\x82\x00\xE0\x00\x74\xC5\xB7\x10\x1A\x82\xE0\x08", 16};
/// Before a UID that another program made ([MS-OXCICAL] 2.1.3.1.1.20.26).
constexpr std::string_view kForeignMark{"vCal-Uid\x01\0\0\0", 12};

std::string foreign_uid(base::ByteView id) {
    constexpr std::size_t kText = sizeof(GlobalObjectIdHead) + kForeignMark.size();
    if (id.size() < kText ||
        !base::as_text(id.subspan(sizeof(GlobalObjectIdHead))).starts_with(kForeignMark)) {
        return {};
    }
    const std::string_view text = base::as_text(id.subspan(kText));
    return std::string(text.substr(0, text.find('\0')));
}

/// The id that a UID of Outlook is the hexadecimal form of; empty when it is none.
base::Bytes outlook_id(std::string_view uid) {
    base::Bytes id;
    for (std::size_t at = 0; at + 2 <= uid.size(); at += 2) {
        unsigned value = 0;
        const auto [end, error] = std::from_chars(uid.data() + at, uid.data() + at + 2, value, 16);
        if (error != std::errc() || end != uid.data() + at + 2) {
            return {};
        }
        id.push_back(static_cast<std::byte>(value));
    }
    const bool sound =
        uid.size() % 2 == 0 && id.size() >= sizeof(GlobalObjectIdHead) &&
        base::as_text(id).starts_with(kOutlookId) &&
        base::read_record<GlobalObjectIdHead>(id).cbSize == id.size() - sizeof(GlobalObjectIdHead);
    return sound ? id : base::Bytes{};
}

}  // namespace

base::Bytes global_object_id(std::string_view uid) {
    if (base::Bytes id = outlook_id(uid); !id.empty()) {
        return id;
    }
    GlobalObjectIdHead head{};
    std::memcpy(head.rgbByteArrayId.data(), kOutlookId.data(), kOutlookId.size());
    head.cbSize = static_cast<std::uint32_t>(kForeignMark.size() + uid.size() + 1);
    base::Bytes id;
    base::append(id, base::record_bytes(head));
    base::append(id, base::as_bytes(kForeignMark));
    base::append(id, base::as_bytes(uid));
    id.push_back(std::byte{0});
    return id;
}

base::Bytes clean_global_object_id(base::Bytes id) {
    constexpr std::size_t kDate = offsetof(GlobalObjectIdHead, date);
    for (std::size_t i = kDate; i < kDate + 4 && i < id.size(); ++i) {
        id[i] = std::byte{0};
    }
    return id;
}

std::string method_of_ical(std::string_view text) {
    constexpr std::string_view kName = "METHOD:";
    for (const std::string_view line : base::split(text, '\n')) {
        if (base::starts_with_ignore_case(line, kName)) {
            const std::string method = base::ascii_upper(base::trim(line.substr(kName.size())));
            const bool is_word =
                method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == std::string::npos;
            return is_word ? method : std::string();
        }
    }
    return {};
}

std::string ical_utc(base::UnixTime time) {
    return digits_of(time) + "Z";
}
std::string ical_local(base::UnixTime time) {
    return digits_of(time);
}
std::string ical_date(base::UnixTime time) {
    return digits_of(time).substr(0, digits_of(time).find('T'));
}

std::optional<base::UnixTime> named_time(const PropertyBag& properties, const base::Guid& set,
                                         std::uint32_t lid) {
    const auto* time = properties.get<base::FileTime>(PropertyName{set, lid});
    return time != nullptr ? base::to_unix_time(*time) : std::nullopt;
}

std::optional<base::UnixTime> fixed_time(const PropertyBag& properties, PropertyTag tag) {
    const auto time = properties.time(tag);
    return time ? base::to_unix_time(*time) : std::nullopt;
}

std::int32_t named_integer(const PropertyBag& properties, const base::Guid& set, std::uint32_t lid,
                           std::int32_t absent) {
    const auto* value = properties.get<std::int32_t>(PropertyName{set, lid});
    return value != nullptr ? *value : absent;
}

bool named_boolean(const PropertyBag& properties, const base::Guid& set, std::uint32_t lid) {
    const auto* value = properties.get<bool>(PropertyName{set, lid});
    return value != nullptr && *value;
}

std::string named_string(const PropertyBag& properties, const base::Guid& set, std::uint32_t lid) {
    const auto* value = properties.get<std::string>(PropertyName{set, lid});
    return value != nullptr ? std::string(base::trim(*value)) : std::string();
}

void begin_calendar(ContentLines& lines, std::string_view method) {
    lines.put("BEGIN", "VCALENDAR");
    lines.put("PRODID", "-//mbx-tools//EN");
    lines.put("VERSION", "2.0");
    lines.put("METHOD", method);
}

void put_common(ContentLines& lines, const PropertyBag& properties) {
    constexpr std::array<std::string_view, 4> kClasses{"PUBLIC", "X-PERSONAL", "PRIVATE",
                                                       "CONFIDENTIAL"};
    const auto sensitivity = static_cast<std::size_t>(properties.integer(PidTagSensitivity));
    lines.put("CLASS", sensitivity < kClasses.size() ? kClasses.at(sensitivity) : kClasses[0]);
    constexpr std::array<std::string_view, 3> kPriorities{"9", "5", "1"};
    const auto importance = static_cast<std::size_t>(properties.integer(PidTagImportance, 1));
    lines.put("PRIORITY", importance < kPriorities.size() ? kPriorities.at(importance) : "5");
    const auto* categories =
        properties.get<std::vector<std::string>>(PropertyName{PS_PUBLIC_STRINGS, "Keywords"});
    if (categories != nullptr) {
        lines.put_list("CATEGORIES", *categories);
    }
    if (const auto time = fixed_time(properties, PidTagCreationTime)) {
        lines.put("CREATED", ical_utc(*time));
    }
    if (const auto time = fixed_time(properties, PidTagLastModificationTime)) {
        lines.put("LAST-MODIFIED", ical_utc(*time));
    }
}

void put_person(ContentLines& lines, std::string_view name, const Mailbox& mailbox,
                std::vector<LineParameter> parameters) {
    if (!mailbox.name.empty()) {
        parameters.push_back({"CN", mailbox.name});
    }
    lines.put(name, "mailto:" + mailbox.address, parameters);
}

std::string ical_uid(const PropertyBag& properties) {
    for (const std::uint32_t lid : {calendar::kCleanGlobalObjectId, calendar::kGlobalObjectId}) {
        const auto* id = properties.get<base::Bytes>(PropertyName{PSETID_Meeting, lid});
        if (id == nullptr || id->empty()) {
            continue;
        }
        if (std::string uid = foreign_uid(*id); !uid.empty()) {
            return uid;
        }
        return base::ascii_upper(base::to_hex(clean_global_object_id(*id)));
    }
    base::Sha256 sum;
    sum.update(properties.binary(PidTagSearchKey).value_or(base::Bytes{}));
    sum.update(base::as_bytes(properties.text(PidTagSubject).value_or("")));
    return base::to_hex(sum.finish()).substr(0, 40) + "@pst.invalid";
}

}  // namespace mbx::convert
