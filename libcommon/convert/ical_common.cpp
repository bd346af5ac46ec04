#include "convert/ical_common.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
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

/// A UID that another program made, inside of Outlook's id ([MS-OXCICAL] 2.1.3.1.1.20.26).
std::string foreign_uid(base::ByteView id) {
    constexpr std::size_t kDataOffset = 40;
    constexpr std::string_view kMark{"vCal-Uid\x01\0\0\0", 12};
    if (id.size() < kDataOffset + kMark.size() ||
        !base::as_text(id.subspan(kDataOffset)).starts_with(kMark)) {
        return {};
    }
    const std::string_view text = base::as_text(id.subspan(kDataOffset + kMark.size()));
    return std::string(text.substr(0, text.find('\0')));
}

}  // namespace

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
    for (const std::uint32_t lid : {0x0023U, 0x0003U}) {
        const auto* id = properties.get<base::Bytes>(PropertyName{PSETID_Meeting, lid});
        if (id == nullptr || id->empty()) {
            continue;
        }
        if (std::string uid = foreign_uid(*id); !uid.empty()) {
            return uid;
        }
        base::Bytes clean = *id;
        for (std::size_t i = 16; i < 20 && i < clean.size(); ++i) {
            clean[i] = std::byte{0};  // the date of an occurrence
        }
        return base::ascii_upper(base::to_hex(clean));
    }
    base::Sha256 sum;
    sum.update(properties.binary(PidTagSearchKey).value_or(base::Bytes{}));
    sum.update(base::as_bytes(properties.text(PidTagSubject).value_or("")));
    return base::to_hex(sum.finish()).substr(0, 40) + "@pst.invalid";
}

}  // namespace mbx::convert
