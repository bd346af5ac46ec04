#include "pst/libpff_message.hpp"

#include <fmt/format.h>

#include <utility>

#include "mapi/tags.hpp"
#include "pst/property_rules.hpp"

namespace mbx::pst::libpff {
namespace {

using mapi::Attachment;
using mapi::AttachMethod;
using mapi::Message;

Item open_attachment(const Item& message, int index) {
    return {"cannot open the attachment", message.share(),
            [&](libpff_item_t** item, libpff_error_t** error) {
                return libpff_message_get_attachment(message.get(), index, item, error);
            }};
}

/// The data of an attachment. libpff reads an attachment whole when it is opened, so it is opened
/// for the time it is read only.
class AttachmentSource final : public base::ByteSource {
  public:
    AttachmentSource(Item message, int index, std::uint64_t size)
        : message_(std::move(message)), index_(index), size_(size) {}

    std::uint64_t size() const override { return size_; }
    std::unique_ptr<base::ByteReader> open() const override {
        return std::make_unique<Reader>(open_attachment(message_, index_), size_);
    }

  private:
    class Reader final : public base::ByteReader {
      public:
        Reader(Item attachment, std::uint64_t size)
            : attachment_(std::move(attachment)), left_(size) {}

        std::size_t read(base::MutableByteView out) override {
            std::size_t done = 0;
            while (done < out.size() && left_ > 0) {
                Failure failure;
                const auto count = libpff_attachment_data_read_buffer(
                    attachment_.get(), reinterpret_cast<std::uint8_t*>(out.data() + done),
                    out.size() - done, failure.out());
                if (count < 0) {
                    throw failure.to_error("cannot read the attachment");
                }
                if (count == 0) {
                    throw Error(ErrorCode::BadData,
                                fmt::format("the attachment ends {} bytes early", left_));
                }
                done += static_cast<std::size_t>(count);
                left_ -= std::min<std::uint64_t>(left_, static_cast<std::uint64_t>(count));
            }
            return done;
        }

      private:
        Item attachment_;
        std::uint64_t left_;
    };

    Item message_;
    int index_;
    std::uint64_t size_;
};

/// The type that the data of an attachment is stored as.
mapi::PropertyType data_type(const Item& attachment) {
    const RecordSet set(attachment, 0);
    const int count = set.size();
    for (int i = 0; i < count; ++i) {
        const RecordEntry entry(set.get(), i);
        if (entry.id() == mapi::PidTagAttachDataBinary.id) {
            return static_cast<mapi::PropertyType>(entry.type());
        }
    }
    return mapi::PropertyType::Unspecified;
}

class MessageReader {
  public:
    MessageReader(const PropertyContext& context, int depth) : context_(context), depth_(depth) {}

    Message read(const Item& item) {
        Message message;
        message.properties = read_properties(item, context_);
        read_recipients(item, message);
        read_attachments(item, message);
        return message;
    }

  private:
    void report(const std::string& place, std::string text) const {
        if (context_.diagnostics != nullptr) {
            context_.diagnostics->report(
                {base::Severity::Error, "damaged-part", context_.place + place, std::move(text)});
        }
    }

    void read_recipients(const Item& item, Message& message) const {
        try {
            const Item table("cannot read the recipient table", item.share(),
                             [&](libpff_item_t** out, libpff_error_t** error) {
                                 return libpff_message_get_recipients(item.get(), out, error);
                             });
            const int rows = table ? table.record_sets() : 0;
            for (int row = 0; row < rows; ++row) {
                message.recipients.push_back(read_row(table, row, context_));
            }
        } catch (const Error& error) {
            report(", recipients", error.what());
        }
    }

    void read_attachments(const Item& item, Message& message) const {
        int count = 0;
        try {
            call("cannot read the attachment table", libpff_message_get_number_of_attachments,
                 item.get(), &count);
        } catch (const Error& error) {
            report(", attachments", error.what());
        }
        for (int index = 0; index < count; ++index) {
            Attachment attachment;
            try {
                read_attachment(item, index, attachment);
            } catch (const Error& error) {
                report(fmt::format(", attachment {}", index), error.what());
            }
            message.attachments.push_back(std::move(attachment));
        }
    }

    void read_attachment(const Item& message, int index, Attachment& attachment) const {
        const Item item = open_attachment(message, index);
        PropertyContext context = context_;
        context.place += fmt::format(", attachment {}", index);
        attachment.properties = read_properties(item, context);
        const std::int32_t told_size = attachment.properties.integer(mapi::PidTagAttachSize);
        attachment.properties.erase(mapi::PidTagAttachSize);
        const mapi::PropertyType type = data_type(item);
        if (type == mapi::PropertyType::Object &&
            attachment.method() == AttachMethod::EmbeddedMessage) {
            read_embedded(item, context, attachment);
        } else if (type == mapi::PropertyType::Object || type == mapi::PropertyType::Binary) {
            read_data(message, index, item, told_size, attachment);
        }
    }

    void read_embedded(const Item& item, const PropertyContext& context,
                       Attachment& attachment) const {
        if (depth_ >= mapi::kDeepestEmbedding) {
            throw Error(ErrorCode::BadData, fmt::format("messages are embedded more than {} deep",
                                                        mapi::kDeepestEmbedding));
        }
        const Item embedded("cannot open the embedded message", item.share(),
                            [&](libpff_item_t** out, libpff_error_t** error) {
                                return libpff_attachment_get_item(item.get(), out, error);
                            });
        if (embedded) {
            attachment.embedded =
                std::make_unique<Message>(MessageReader(context, depth_ + 1).read(embedded));
        }
    }

    static void read_data(const Item& message, int index, const Item& item, std::int32_t told_size,
                          Attachment& attachment) {
        size64_t size = 0;
        call("cannot read the attachment's size", libpff_attachment_get_data_size, item.get(),
             &size);
        auto source = std::make_shared<AttachmentSource>(message, index, size);
        if (size <= kLargeValue) {
            attachment.data = base::memory_source(base::read_all(*source, kLargeValue));
        } else {
            attachment.data = std::move(source);
        }
        // libpff gives an empty value for one whose blocks it cannot read; PidTagAttachSize counts
        // the other properties as well, which are small.
        constexpr std::int32_t kOtherProperties = 16 * 1024;
        if (size == 0 && told_size > kOtherProperties) {
            throw Error(ErrorCode::BadData,
                        fmt::format("its data cannot be read; PidTagAttachSize is {}", told_size));
        }
    }

    const PropertyContext& context_;
    int depth_;
};

}  // namespace

Message read_message(const Item& item, const PropertyContext& context) {
    return MessageReader(context, 0).read(item);
}

}  // namespace mbx::pst::libpff
