#include "migration/message_filter.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "convert/mail_date.hpp"
#include "migration/message_header.hpp"

namespace mbx::migration {
namespace {

/// Does the text have this shape, where a "0" stands for any digit?
bool has_shape(std::string_view text, std::string_view shape) {
    return std::equal(text.begin(), text.end(), shape.begin(), shape.end(), [](char c, char want) {
        return want == '0' ? c >= '0' && c <= '9' : c == want;
    });
}

}  // namespace

base::UnixTime parse_date(std::string_view text) {
    const bool good = has_shape(text, "0000-00-00") || has_shape(text, "0000-00-00T00:00Z") ||
                      has_shape(text, "0000-00-00T00:00:00Z");
    const auto time = good ? convert::parse_mail_date(text) : std::nullopt;
    if (!time) {
        throw Error(ErrorCode::Usage, "'" + base::escape(text) + "' is no date",
                    "write 2020-01-31 or 2020-01-31T12:00:00Z");
    }
    return *time;
}

std::optional<base::UnixTime> date_of(const mail::Message& message) {
    if (message.internal_date) {
        return message.internal_date;
    }
    const auto field = header_field(read_header(*message.source), "Date");
    return field ? convert::parse_mail_date(*field) : std::nullopt;
}

bool MessageFilter::takes(const mail::Message& message) const {
    if (largest_size && message.source->size() > *largest_size) {
        return false;
    }
    if (!since && !before) {
        return true;
    }
    const auto date = date_of(message);
    return !date || ((!since || *date >= *since) && (!before || *date < *before));
}

}  // namespace mbx::migration
