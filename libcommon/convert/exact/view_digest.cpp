#include "convert/exact/view_digest.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/little_endian.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert::exact {
namespace {

constexpr std::int32_t kUnsent = 0x8;

class Digest {
  public:
    explicit Digest(int depth) : depth_(depth) {}

    void bytes(std::uint32_t tag, base::ByteView value) {
        if (!value.empty()) {
            head(tag, value.size());
            hash_.update(value);
        }
    }
    void number(std::uint32_t tag, std::uint64_t value) {
        if (value != 0) {
            const base::le64 stored(value);
            bytes(tag, base::record_bytes(stored));
        }
    }
    void source(std::uint32_t tag, const base::SharedSource& value) {
        if (value && value->size() > 0) {
            head(tag, value->size());
            base::for_each_piece(*value, [&](base::ByteView piece) { hash_.update(piece); });
        }
    }
    void property(const mapi::PropertyBag& bag, mapi::PropertyTag tag) {
        source(tag.value(), bag.source(tag));
    }

    void message(const mapi::Message& message, const std::set<std::size_t>& vouched_for);

    ViewDigest finish() {
        const base::Sha256Digest digest = hash_.finish();
        ViewDigest result{};
        std::copy_n(digest.begin(), result.size(), result.begin());
        return result;
    }

  private:
    void head(std::uint32_t tag, std::uint64_t size) {
        hash_.update(base::record_bytes(base::le32(tag)));
        hash_.update(base::record_bytes(base::le64(size)));
    }
    void recipients(const mapi::Message& message);
    void attachment(const mapi::Attachment& attachment, bool with_content);

    base::Sha256 hash_;
    int depth_;
};

void Digest::recipients(const mapi::Message& message) {
    std::vector<std::string> rows;
    for (const mapi::PropertyBag& recipient : message.recipients) {
        std::string address = recipient.text(mapi::PidTagSmtpAddress).value_or("");
        if (address.empty()) {
            address = recipient.text(mapi::PidTagEmailAddress).value_or("");
        }
        const int type = recipient.integer(mapi::PidTagRecipientType) & 3;
        rows.push_back(std::to_string(type) + base::ascii_lower(address));
    }
    std::sort(rows.begin(), rows.end());
    for (const std::string& row : rows) {
        bytes(mapi::PidTagRecipientType.value(), base::as_bytes(row));
    }
}

void Digest::attachment(const mapi::Attachment& attachment, bool with_content) {
    number(mapi::PidTagAttachMethod.value(), static_cast<std::uint64_t>(attachment.method()));
    property(attachment.properties, mapi::PidTagAttachLongFilename);
    property(attachment.properties, mapi::PidTagAttachFilename);
    if (attachment.embedded && depth_ < mapi::kDeepestEmbedding) {
        Digest inner(depth_ + 1);
        inner.message(*attachment.embedded, {});
        bytes(mapi::PidTagAttachDataObject.value(), inner.finish());
    } else if (attachment.data) {
        number(mapi::PidTagAttachSize.value(), attachment.data->size());
        if (with_content) {
            source(mapi::PidTagAttachDataBinary.value(), attachment.data);
        }
    }
}

void Digest::message(const mapi::Message& message, const std::set<std::size_t>& vouched_for) {
    const mapi::PropertyBag& bag = message.properties;
    property(bag, mapi::PidTagSubject);
    const auto submitted = bag.time(mapi::PidTagClientSubmitTime);
    number(mapi::PidTagClientSubmitTime.value(), submitted ? submitted->ticks : 0);
    number(mapi::PidTagMessageFlags.value(),
           static_cast<std::uint64_t>(bag.integer(mapi::PidTagMessageFlags) & kUnsent));
    recipients(message);
    property(bag, mapi::PidTagTransportMessageHeaders);
    property(bag, mapi::PidTagBody);
    property(bag, mapi::PidTagHtml);
    property(bag, mapi::PidTagRtfCompressed);
    for (std::size_t i = 0; i < message.attachments.size(); ++i) {
        attachment(message.attachments[i], !vouched_for.contains(i));
    }
}

}  // namespace

ViewDigest view_digest(const mapi::Message& message, const std::set<std::size_t>& vouched_for) {
    Digest digest(0);
    digest.message(message, vouched_for);
    return digest.finish();
}

}  // namespace mbx::convert::exact
