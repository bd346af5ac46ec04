#include <array>
#include <optional>

#include "base/little_endian.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/headers_to_mapi.hpp"
#include "convert/mail_date.hpp"
#include "mail/transfer_encoding.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using base::UnixTime;
using mapi::PropertyBag;

// [MS-OXOMSG] 2.2.1.3
constexpr std::size_t kConversationHeaderSize = 22;
constexpr std::byte kConversationReserved{0x01};

struct MessageDates {
    std::optional<UnixTime> date;            // of the Date field
    std::optional<UnixTime> first_received;  // the bottom Received: when it set out
    std::optional<UnixTime> last_received;   // the top one: when it arrived
    std::optional<UnixTime> envelope;        // of the mbox "From " line
};

bool fits(const std::optional<UnixTime>& time) {
    return time && base::to_file_time(*time);
}

MessageDates dates_of(const MessageContext& context) {
    MessageDates dates;
    for (const std::string& value : context.header().all("Date")) {
        if (const auto date = parse_mail_date(value); fits(date)) {
            dates.date = date;
            break;
        }
    }
    for (const std::string& value : context.header().all("Received")) {
        if (const auto date = parse_received_date(value); fits(date)) {
            dates.last_received = dates.last_received ? dates.last_received : date;
            dates.first_received = date;
        }
    }
    if (!context.is_embedded) {
        const auto date = parse_envelope_date(base::trim(context.tree.envelope_line));
        dates.envelope = fits(date) ? date : std::nullopt;
    }
    return dates;
}

std::optional<UnixTime> first_of(std::initializer_list<std::optional<UnixTime>> times) {
    for (const auto& time : times) {
        if (fits(time)) {
            return time;
        }
    }
    return std::nullopt;
}

std::optional<base::Bytes> thread_index(const MessageContext& context) {
    const auto value = context.header().first("Thread-Index");
    if (!value) {
        return std::nullopt;
    }
    base::Bytes index =
        mail::decode_transfer(base::as_bytes(*value), mail::TransferEncoding::Base64);
    const bool sound = index.size() >= kConversationHeaderSize &&
                       (index.size() - kConversationHeaderSize) % 5 == 0 &&
                       index.front() == kConversationReserved;
    return sound ? std::optional(std::move(index)) : std::nullopt;
}

// What all messages of a thread have in common.
std::string thread_key(const PropertyBag& bag) {
    for (const auto tag :
         {mapi::PidTagInternetReferences, mapi::PidTagInReplyToId, mapi::PidTagInternetMessageId}) {
        const std::string ids = bag.text(tag).value_or(std::string());
        const std::size_t begin = ids.find('<');
        const std::size_t end = ids.find('>', begin);
        if (begin != std::string::npos && end != std::string::npos) {
            return ids.substr(begin, end + 1 - begin);
        }
    }
    return base::ascii_lower(bag.text(mapi::PidTagConversationTopic).value_or(std::string()));
}

base::Bytes made_index(const PropertyBag& bag) {
    const std::uint64_t ticks =
        bag.time(mapi::PidTagClientSubmitTime)
            .value_or(bag.time(mapi::PidTagMessageDeliveryTime).value_or(base::FileTime{}))
            .ticks;
    base::Bytes index{kConversationReserved};
    for (int shift = 48; shift >= 16; shift -= 8) {
        index.push_back(static_cast<std::byte>(ticks >> shift & 0xFFU));
    }
    const base::Sha256Digest digest = base::sha256(base::as_bytes(thread_key(bag)));
    base::append(index, base::ByteView(digest).first(sizeof(base::Guid)));
    return index;
}

}  // namespace

void dates_to_mapi(const MessageContext& context, PropertyBag& bag) {
    const MessageDates dates = dates_of(context);
    const auto submitted =
        context.is_draft
            ? dates.date
            : first_of({dates.date, dates.first_received, context.internal_date, dates.envelope});
    if (submitted) {
        bag.set(mapi::PidTagClientSubmitTime, *base::to_file_time(*submitted));
    }
    const auto delivered =
        first_of({context.internal_date, dates.last_received, dates.envelope, dates.date});
    if (delivered) {
        const base::FileTime time = *base::to_file_time(*delivered);
        bag.set(mapi::PidTagMessageDeliveryTime, time);
        bag.set(mapi::PidTagCreationTime, time);
        bag.set(mapi::PidTagLastModificationTime, time);
    }
}

void conversation_to_mapi(const MessageContext& context, PropertyBag& bag) {
    const auto topic = decoded_field(context, "Thread-Topic");
    bag.set(mapi::PidTagConversationTopic,
            topic ? *topic : bag.text(mapi::PidTagNormalizedSubject).value_or(std::string()));
    auto index = thread_index(context);
    bag.set(mapi::PidTagConversationIndex, index ? *std::move(index) : made_index(bag));
    bag.set(mapi::PidTagConversationIndexTracking, true);
}

}  // namespace mbx::convert
