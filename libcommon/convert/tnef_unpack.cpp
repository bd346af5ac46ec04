#include "convert/tnef_unpack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "convert/address_block.hpp"
#include "convert/loss.hpp"
#include "convert/message_class.hpp"
#include "convert/tnef_reader.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

std::string name_of(const Attachment& attachment) {
    for (const PropertyTag tag : {PidTagAttachLongFilename, PidTagAttachFilename}) {
        std::string name = attachment.properties.text(tag).value_or("");
        if (!name.empty()) {
            return name;
        }
    }
    return "winmail.dat";
}

bool is_tnef(const Attachment& attachment) {
    if (attachment.data == nullptr || attachment.method() == AttachMethod::Ole) {
        return false;
    }
    base::Bytes head(sizeof(std::uint32_t));
    head.resize(attachment.data->open()->read(head));
    return has_tnef_signature(head);
}

Message copy_of(const Message& message);

Attachment copy_of(const Attachment& attachment) {
    Attachment copy;
    copy.properties = attachment.properties;
    copy.data = attachment.data;
    if (attachment.embedded != nullptr) {
        copy.embedded = std::make_unique<Message>(copy_of(*attachment.embedded));
    }
    return copy;
}

Message copy_of(const Message& message) {
    Message copy;
    copy.properties = message.properties;
    copy.recipients = message.recipients;
    copy.associated = message.associated;
    for (const Attachment& attachment : message.attachments) {
        copy.attachments.push_back(copy_of(attachment));
    }
    return copy;
}

bool has_text(const PropertyBag& properties, PropertyTag tag) {
    return !base::trim(properties.text(tag).value_or("")).empty();
}

bool has_rich_body(const PropertyBag& properties) {
    const auto html = properties.binary(PidTagHtml);
    return (html && !base::trim(base::as_text(*html)).empty()) ||
           properties.contains(PidTagRtfCompressed);
}

class Unpacker {
  public:
    Unpacker(const Message& message, base::Diagnostics& diagnostics)
        : message_(message), diagnostics_(diagnostics) {}

    std::optional<Message> run() {
        if (std::none_of(message_.attachments.begin(), message_.attachments.end(), is_tnef)) {
            return std::nullopt;
        }
        result_.properties = message_.properties;
        result_.recipients = message_.recipients;
        may_merge_ = !has_rich_body(message_.properties);
        for (const Attachment& attachment : message_.attachments) {
            if (!is_tnef(attachment) || !take(attachment)) {
                result_.attachments.push_back(copy_of(attachment));
            }
        }
        return std::move(result_);
    }

  private:
    /// False when the attachment has to stay.
    bool take(const Attachment& attachment) {
        auto content = read_tnef(attachment.data);
        const std::string name = base::escape(name_of(attachment));
        if (!content) {
            report_loss(diagnostics_, "lossy-tnef",
                        fmt::format("\"{}\" of {} bytes is not unpacked: it is too large", name,
                                    attachment.data->size()));
            return false;
        }
        if (!content->complete) {
            report_loss(
                diagnostics_, "lossy-tnef",
                fmt::format("\"{}\" is damaged: it is kept beside what could be unpacked", name));
        } else if (content->wrong_checksums > 0) {
            diagnostics_.report(
                {base::Severity::Info,
                 "damaged-tnef",
                 {},
                 fmt::format("\"{}\" has {} wrong checksums", name, content->wrong_checksums)});
        }
        if (may_merge_) {
            may_merge_ = false;
            merge(std::move(content->message));
        } else {
            embed(std::move(content->message));
        }
        return content->complete;
    }

    void merge(Message&& inner) {
        drop_known_addresses(inner.properties);
        inner.properties.erase(PidTagMessageFlags);
        PropertyBag& properties = result_.properties;
        const std::string outer_class = message_class_of(properties);
        if (base::equals_ignore_case(outer_class, "IPM.Note") &&
            has_text(inner.properties, PidTagMessageClass)) {
            properties.erase(PidTagMessageClass);
        }
        if (has_rich_body(inner.properties)) {
            // What these say is about the other body.
            properties.erase(PidTagNativeBody);
            properties.erase(PidTagRtfInSync);
            properties.erase(PidTagInternetCodepage);
            properties.erase(PidTagHtml);
        }
        if (!has_text(properties, PidTagBody)) {
            properties.erase(PidTagBody);
        }
        add_missing(inner.properties);
        if (result_.recipients.empty()) {
            result_.recipients = std::move(inner.recipients);
        }
        for (Attachment& attachment : inner.attachments) {
            if (!is_tnef(attachment) || !take(attachment)) {
                result_.attachments.push_back(std::move(attachment));
            }
        }
    }

    /// An address is not put together from two sources.
    void drop_known_addresses(PropertyBag& inner) const {
        for (const AddressBlock& block :
             {kSentRepresenting, kSender, kReceivedBy, kReceivedRepresenting, kReadReceipt}) {
            const auto tags = {block.name,     block.type,       block.address,
                               block.entry_id, block.search_key, block.smtp};
            const bool known = std::any_of(tags.begin(), tags.end(), [&](PropertyTag tag) {
                return result_.properties.contains(tag);
            });
            for (const PropertyTag tag : tags) {
                if (known) {
                    inner.erase(tag);
                }
            }
        }
    }

    void add_missing(const PropertyBag& inner) {
        PropertyBag& properties = result_.properties;
        for (const auto& [id, typed] : inner.fixed()) {
            if (!properties.fixed().contains(id)) {
                properties.set(PropertyTag{id, typed.type}, typed.value);
            }
        }
        for (const auto& [name, named] : inner.named()) {
            if (properties.find(name) == nullptr) {
                properties.set(name, named.type, named.value);
            }
        }
    }

    void embed(Message&& inner) {
        Attachment attachment;
        attachment.properties.set(PidTagAttachMethod,
                                  static_cast<std::int32_t>(AttachMethod::EmbeddedMessage));
        attachment.embedded = std::make_unique<Message>(std::move(inner));
        result_.attachments.push_back(std::move(attachment));
    }

    const Message& message_;
    base::Diagnostics& diagnostics_;
    Message result_;
    bool may_merge_ = false;
};

}  // namespace

bool has_tnef(const Message& message) {
    return std::any_of(message.attachments.begin(), message.attachments.end(),
                       [](const Attachment& attachment) {
                           return attachment.embedded != nullptr ? has_tnef(*attachment.embedded)
                                                                 : is_tnef(attachment);
                       });
}

std::optional<Message> unpack_tnef(const Message& message, base::Diagnostics& diagnostics) {
    return Unpacker(message, diagnostics).run();
}

}  // namespace mbx::convert
