#include "pst/message_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/little_endian.hpp"
#include "mapi/tags.hpp"
#include "pst/ltp/table_reader.hpp"
#include "pst/ndb/data_tree_view.hpp"
#include "pst/object_reader.hpp"

namespace mbx::pst {
namespace {

using ltp::PropertyContextReader;
using ltp::PropertyRecord;
using ndb::Bid;
using ndb::Nid;

/// Content of attachments up to this is read with the message, so that damage shows at once.
constexpr std::uint64_t kSmallContent = 64 * 1024;
/// Embedded messages below one message, at all depths: a damaged file can name one subnode many
/// times.
constexpr int kMostEmbedded = 10'000;

class MessageReader {
  public:
    explicit MessageReader(const StoreContext& context) : context_(context) {}

    mapi::Message read(Bid data, Bid sub, const std::string& place, std::uint32_t code_page) {
        path_.push_back(data);
        const PropertyContextReader object(context_.file(), data, sub);
        const std::uint32_t own_page = code_page_of(object, code_page);
        mapi::Message message;
        message.properties = read_properties(object, own_page, place, context_);
        read_recipients(object, own_page, place, message);
        read_attachments(object, own_page, place, message);
        path_.pop_back();
        return message;
    }

  private:
    void report(const std::string& place, const Error& error) const {
        context_.report(base::Severity::Error, "damaged-part", place, error.what());
    }

    void read_recipients(const PropertyContextReader& object, std::uint32_t code_page,
                         const std::string& place, mapi::Message& message) const {
        const std::string table_place = place + ", recipients";
        try {
            const auto entry = object.node().subnodes().find(ndb::kNidRecipientTable);
            if (!entry) {
                return;  // Outlook leaves the table of an item without recipients out
            }
            ltp::TableReader table(context_.file(), entry->data, entry->sub);
            while (const auto row = table.next_row()) {
                message.recipients.push_back(
                    read_row(table, row->index, code_page, table_place, context_));
            }
        } catch (const Error& error) {
            report(table_place, error);
        }
    }

    /// As the attachment table has them; where that cannot be read, as the subnodes do.
    std::vector<Nid> find_attachments(const PropertyContextReader& object,
                                      const std::string& place) const {
        std::vector<Nid> nids;
        try {
            const auto entry = object.node().subnodes().find(ndb::kNidAttachmentTable);
            if (!entry) {
                return nids;
            }
            ltp::TableReader table(context_.file(), entry->data, entry->sub);
            while (const auto row = table.next_row()) {
                nids.push_back(Nid{row->id});
            }
            return nids;
        } catch (const Error& error) {
            report(place + ", attachments", error);
        }
        nids.clear();
        try {
            for (const ndb::SubnodeEntry& entry : object.node().subnodes().all()) {
                if (entry.nid.type() == ndb::NidType::Attachment) {
                    nids.push_back(entry.nid);
                }
            }
        } catch (const Error&) {
            // The same damage as above, reported there.
        }
        return nids;
    }

    void read_attachments(const PropertyContextReader& object, std::uint32_t code_page,
                          const std::string& place, mapi::Message& message) {
        for (const Nid nid : find_attachments(object, place)) {
            const std::string part =
                fmt::format("{}, attachment {}", place, message.attachments.size());
            mapi::Attachment attachment;
            const std::size_t depth = path_.size();
            try {
                read_attachment(object, nid, code_page, part, attachment);
            } catch (const Error& error) {
                path_.resize(depth);
                report(part, error);
            }
            message.attachments.push_back(std::move(attachment));
        }
    }

    void read_attachment(const PropertyContextReader& message, Nid nid, std::uint32_t code_page,
                         const std::string& place, mapi::Attachment& attachment) {
        const auto entry = message.node().subnodes().find(nid);
        if (!entry) {
            throw Error(ErrorCode::BadData, fmt::format("subnode {} is missing", to_string(nid)));
        }
        const PropertyContextReader object(context_.file(), entry->data, entry->sub);
        attachment.properties = read_properties(object, code_page, place, context_);
        attachment.properties.erase(mapi::PidTagAttachSize);
        const PropertyRecord* content = object.find(mapi::PidTagAttachDataBinary.id);
        if (content == nullptr) {
            return;
        }
        if (content->tag == mapi::PidTagAttachDataObject) {
            read_object(object, *content, place, attachment);
        } else if (content->tag == mapi::PidTagAttachDataBinary) {
            attachment.data = content_of(object.source(*content));
        }
    }

    /// An embedded message, or the bytes of an OLE object.
    void read_object(const PropertyContextReader& object, const PropertyRecord& content,
                     const std::string& place, mapi::Attachment& attachment) {
        const base::Bytes value = object.bytes(content, sizeof(ltp::OBJECTVALUE));
        if (value.size() < sizeof(ltp::OBJECTVALUE)) {
            throw Error(ErrorCode::BadData,
                        fmt::format("its content is described in {} bytes, expected {}",
                                    value.size(), sizeof(ltp::OBJECTVALUE)));
        }
        const Nid nid{base::read_record<ltp::OBJECTVALUE>(value).Nid};
        const auto entry = object.node().subnodes().find(nid);
        if (!entry) {
            throw Error(ErrorCode::BadData,
                        fmt::format("its content, subnode {}, is missing", to_string(nid)));
        }
        if (attachment.method() != mapi::AttachMethod::EmbeddedMessage) {
            attachment.data = content_of(ndb::data_source(context_.file(), entry->data));
            return;
        }
        if (path_.size() > static_cast<std::size_t>(mapi::kDeepestEmbedding)) {
            throw Error(ErrorCode::BadData, fmt::format("messages are embedded more than {} deep",
                                                        mapi::kDeepestEmbedding));
        }
        if (std::find(path_.begin(), path_.end(), entry->data) != path_.end()) {
            throw Error(ErrorCode::BadData, "the embedded message contains itself");
        }
        if (++embedded_ > kMostEmbedded) {
            throw Error(ErrorCode::BadData,
                        fmt::format("more than {} messages are embedded", kMostEmbedded));
        }
        attachment.embedded = std::make_unique<mapi::Message>(
            read(entry->data, entry->sub, place, context_.code_page()));
    }

    static base::SharedSource content_of(const base::SharedSource& source) {
        return source->size() <= kSmallContent
                   ? base::memory_source(base::read_all(*source, kSmallContent))
                   : source;
    }

    const StoreContext& context_;
    std::vector<Bid> path_;  // the messages that are being read, outermost first
    int embedded_ = 0;
};

}  // namespace

mapi::Message read_message(Bid data, Bid sub, const std::string& place,
                           const StoreContext& context) {
    return MessageReader(context).read(data, sub, place, context.code_page());
}

}  // namespace mbx::pst
