#include "convert/tnef_reader.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include "base/little_endian.hpp"
#include "base/text.hpp"
#include "convert/tnef_properties.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;
using base::ByteView;

constexpr std::uint32_t kSignature = 0x223E9F78;
constexpr int kDeepestTnef = 20;

// [MS-OXTNEF] 2.1.3.3; the high half is the type.
enum AttributeId : std::uint32_t {
    attFrom = 0x00008000,
    attSubject = 0x00018004,
    attDateSent = 0x00038005,
    attDateRecd = 0x00038006,
    attMessageClass = 0x00078008,
    attMessageID = 0x00018009,
    attBody = 0x0002800C,
    attPriority = 0x0004800D,
    attAttachData = 0x0006800F,
    attAttachTitle = 0x00018010,
    attAttachCreateDate = 0x00038012,
    attAttachModifyDate = 0x00038013,
    attDateModified = 0x00038020,
    attAttachTransportFilename = 0x00069001,
    attAttachRendData = 0x00069002,
    attMsgProps = 0x00069003,
    attRecipTable = 0x00069004,
    attAttachment = 0x00069005,
    attOemCodepage = 0x00069007,
};

constexpr base::Guid kIidMessage = base::guid("00020307-0000-0000-C000-000000000046");

struct AttributeHead {
    std::uint8_t level;
    base::le32 id;
    base::le32 length;
};
static_assert(sizeof(AttributeHead) == 9);

// 2.1.3.3.15
struct AttachRendData {
    base::le16 AttachType;  // 1 file, 2 OLE object
    base::le32 AttachPosition;
    base::le16 RenderWidth;
    base::le16 RenderHeight;
    base::le32 DataFlags;  // 1 MacBinary
};
static_assert(sizeof(AttachRendData) == 14);

// 2.1.3.3.2: after the year month, day, hour, minute, second, day of the week
struct DateRecord {
    std::array<base::le16, 7> fields;
};
static_assert(sizeof(DateRecord) == 14);

// 2.1.3.3.4, the head of attFrom: then the name and "TYPE:address"
struct TripleRecord {
    base::le16 trpid;
    base::le16 cbgrtrp;
    base::le16 cch;
    base::le16 cb;
};
static_assert(sizeof(TripleRecord) == 8);

/// Message classes of the time before MAPI, [MS-OXTNEF] 2.1.3.3.1.
std::string modern_class(std::string name) {
    constexpr std::pair<std::string_view, std::string_view> kClasses[] = {
        {"IPM.Microsoft Mail.Note", "IPM.Note"},
        {"IPM.Microsoft Mail.Read Receipt", "REPORT.IPM.Note.IPNRN"},
        {"IPM.Microsoft Mail.Non-Delivery", "REPORT.IPM.Note.NDR"},
        {"IPM.Microsoft Schedule.MtgReq", "IPM.Schedule.Meeting.Request"},
        {"IPM.Microsoft Schedule.MtgRespP", "IPM.Schedule.Meeting.Resp.Pos"},
        {"IPM.Microsoft Schedule.MtgRespN", "IPM.Schedule.Meeting.Resp.Neg"},
        {"IPM.Microsoft Schedule.MtgRespA", "IPM.Schedule.Meeting.Resp.Tent"},
        {"IPM.Microsoft Schedule.MtgCncl", "IPM.Schedule.Meeting.Canceled"},
    };
    for (const auto& [old_name, new_name] : kClasses) {
        if (base::equals_ignore_case(name, old_name)) {
            return std::string(new_name);
        }
    }
    return name;
}

std::optional<base::FileTime> time_of(ByteView bytes) {
    namespace ch = std::chrono;
    if (bytes.size() < sizeof(DateRecord)) {
        return std::nullopt;
    }
    const auto [fields] = base::read_record<DateRecord>(bytes);
    const ch::year_month_day day{ch::year{fields[0]}, ch::month{fields[1]}, ch::day{fields[2]}};
    if (!day.ok() || fields[0] < 1601 || fields[3] > 23 || fields[4] > 59 || fields[5] > 60) {
        return std::nullopt;
    }
    const auto point =
        ch::sys_days{day} + ch::hours{fields[3]} + ch::minutes{fields[4]} + ch::seconds{fields[5]};
    return base::to_file_time({ch::duration_cast<ch::seconds>(point.time_since_epoch()).count()});
}

bool checksum_holds(ByteView data, std::uint16_t stated) {
    const auto add = [](std::uint32_t total, std::byte byte) {
        return total + std::to_integer<std::uint32_t>(byte);
    };
    return (std::accumulate(data.begin(), data.end(), std::uint32_t{0}, add) & 0xFFFFU) == stated;
}

class StreamReader {
  public:
    StreamReader(base::SharedSource stream, ByteView bytes, std::uint32_t code_page, int depth)
        : stream_(std::move(stream)), bytes_(bytes), code_page_(code_page), depth_(depth) {}

    TnefContent run() {
        constexpr std::size_t kHeadSize = 6;  // signature, key
        TnefBytes rest(bytes_.subspan(std::min(kHeadSize, bytes_.size())));
        while (!rest.rest().empty()) {
            if (!attribute(rest)) {
                result_.complete = false;
                break;
            }
        }
        finish_attachment();
        add_missing(result_.message.properties, message_attributes_);
        return std::move(result_);
    }

  private:
    /// An attachment of which the attributes are still coming.
    struct OpenAttachment {
        AttachRendData rendering{};
        PropertyBag attributes;
        TnefProperties properties;
        std::optional<ByteView> data;
    };

    bool attribute(TnefBytes& rest) {
        constexpr std::uint8_t kMessageLevel = 1;
        constexpr std::uint8_t kAttachmentLevel = 2;
        const auto head = rest.record<AttributeHead>();
        if (!head || (head->level != kMessageLevel && head->level != kAttachmentLevel)) {
            return false;
        }
        const auto data = rest.take(head->length);
        if (!data) {
            return false;
        }
        // Some programs leave the very last checksum out.
        const auto stated = rest.record<base::le16>();
        if (stated && !checksum_holds(*data, *stated)) {
            ++result_.wrong_checksums;
        }
        if (head->level == kMessageLevel) {
            message_attribute(head->id, *data);
        } else {
            attachment_attribute(head->id, *data);
        }
        return true;
    }

    void message_attribute(std::uint32_t id, ByteView data) {
        switch (id) {
            case attOemCodepage:
                set_code_page(data);
                break;
            case attMsgProps:
                read_message_properties(data);
                break;
            case attRecipTable:
                read_recipients(data);
                break;
            case attMessageClass:
                message_attributes_.set(PidTagMessageClass,
                                        modern_class(tnef_text(data, code_page_)));
                break;
            case attSubject:
                message_attributes_.set(PidTagSubject, tnef_text(data, code_page_));
                break;
            case attBody:
                message_attributes_.set(PidTagBody, tnef_text(data, code_page_));
                break;
            case attPriority:
                read_priority(data);
                break;
            case attFrom:
                read_from(data);
                break;
            case attDateSent:
                set_time(message_attributes_, PidTagClientSubmitTime, data);
                break;
            case attDateRecd:
                set_time(message_attributes_, PidTagMessageDeliveryTime, data);
                break;
            case attDateModified:
                set_time(message_attributes_, PidTagLastModificationTime, data);
                break;
            default:  // what else there is says nothing that mail could say
                break;
        }
    }

    void attachment_attribute(std::uint32_t id, ByteView data) {
        if (id == attAttachRendData || !open_) {
            finish_attachment();
            open_ = OpenAttachment();
        }
        switch (id) {
            case attAttachRendData:
                if (data.size() >= sizeof(AttachRendData)) {
                    open_->rendering = base::read_record<AttachRendData>(data);
                }
                break;
            case attAttachData:
                open_->data = data;
                break;
            case attAttachTitle:
            case attAttachTransportFilename:
                open_->attributes.set(PidTagAttachFilename, tnef_text(data, code_page_));
                break;
            case attAttachCreateDate:
                set_time(open_->attributes, PidTagCreationTime, data);
                break;
            case attAttachModifyDate:
                set_time(open_->attributes, PidTagLastModificationTime, data);
                break;
            case attAttachment: {
                TnefBytes list(data);
                keep_complete(read_tnef_properties(list, code_page_, open_->properties));
                break;
            }
            default:  // pictures of icons
                break;
        }
    }

    void keep_complete(bool whole) { result_.complete = result_.complete && whole; }

    void set_code_page(ByteView data) {
        if (data.size() >= sizeof(base::le32)) {
            const std::uint32_t page = base::read_record<base::le32>(data);
            code_page_ = page != 0 ? page : code_page_;
        }
    }

    void read_message_properties(ByteView data) {
        TnefBytes list(data);
        TnefProperties properties;
        keep_complete(read_tnef_properties(list, code_page_, properties));
        add_missing(result_.message.properties, properties.bag);
    }

    void read_recipients(ByteView data) {
        TnefBytes rows(data);
        const auto count = rows.record<base::le32>();
        bool whole = count.has_value();
        for (std::uint32_t i = 0; whole && i < *count; ++i) {
            TnefProperties row;
            whole = read_tnef_properties(rows, code_page_, row);
            if (!row.bag.empty()) {
                result_.message.recipients.push_back(std::move(row.bag));
            }
        }
        keep_complete(whole);
    }

    /// 1 high, 2 normal, 3 low.
    void read_priority(ByteView data) {
        if (data.size() >= sizeof(base::le16)) {
            const std::uint16_t value = base::read_record<base::le16>(data);
            if (value >= 1 && value <= 3) {
                message_attributes_.set(PidTagImportance, std::int32_t{3} - value);
            }
        }
    }

    void read_from(ByteView data) {
        TnefBytes fields(data);
        const auto head = fields.record<TripleRecord>();
        const auto name = head ? fields.take(head->cch) : std::nullopt;
        const auto address = name ? fields.take(head->cb) : std::nullopt;
        if (!address) {
            return;
        }
        const std::string whole = tnef_text(*address, code_page_);
        const std::size_t colon = whole.find(':');
        if (colon != std::string::npos) {
            message_attributes_.set(PidTagSenderName, tnef_text(*name, code_page_));
            message_attributes_.set(PidTagSenderAddressType, whole.substr(0, colon));
            message_attributes_.set(PidTagSenderEmailAddress, whole.substr(colon + 1));
        }
    }

    static void set_time(PropertyBag& bag, PropertyTag tag, ByteView data) {
        if (const auto time = time_of(data)) {
            bag.set(tag, *time);
        }
    }

    /// Properties in lists count more than the attributes of the same meaning (2.1.3).
    static void add_missing(PropertyBag& to, const PropertyBag& from) {
        for (const auto& [id, typed] : from.fixed()) {
            if (!to.fixed().contains(id)) {
                to.set(PropertyTag{id, typed.type}, typed.value);
            }
        }
        for (const auto& [name, named] : from.named()) {
            if (to.find(name) == nullptr) {
                to.set(name, named.type, named.value);
            }
        }
    }

    void finish_attachment() {
        if (!open_) {
            return;
        }
        constexpr std::uint16_t kOleObject = 2;
        constexpr std::uint32_t kMacBinaryFlag = 1;
        Attachment attachment;
        attachment.properties = std::move(open_->properties.bag);
        add_missing(attachment.properties, open_->attributes);
        AttachMethod method = attachment.properties.contains(PidTagAttachMethod)
                                  ? attachment.method()
                              : open_->rendering.AttachType == kOleObject ? AttachMethod::Ole
                                                                          : AttachMethod::ByValue;
        if (open_->data) {
            attachment.data = slice(*open_->data);
        } else if (open_->properties.data) {
            attachment.data = slice(*open_->properties.data);
        }
        if (const auto& object = open_->properties.object) {
            method = object->interface == kIidMessage ? AttachMethod::EmbeddedMessage
                                                      : AttachMethod::Ole;
            attachment.data = slice(object->bytes);
        }
        if (method == AttachMethod::EmbeddedMessage) {
            method = embed(attachment);
        }
        if ((open_->rendering.DataFlags & kMacBinaryFlag) != 0 &&
            !attachment.properties.contains(PidTagAttachEncoding)) {
            attachment.properties.set(PidTagAttachEncoding, base::to_bytes(kMacBinaryEncoding));
        }
        attachment.properties.set(PidTagAttachMethod, static_cast<std::int32_t>(method));
        result_.message.attachments.push_back(std::move(attachment));
        open_.reset();
    }

    /// The data of a message are a stream like this one; what is none stays a file.
    AttachMethod embed(Attachment& attachment) {
        const ByteView bytes = attachment.data ? attachment.data->in_memory() : ByteView{};
        if (depth_ >= kDeepestTnef || !has_tnef_signature(bytes)) {
            keep_complete(false);
            return AttachMethod::ByValue;
        }
        TnefContent inner = StreamReader(stream_, bytes, code_page_, depth_ + 1).run();
        keep_complete(inner.complete);
        result_.wrong_checksums += inner.wrong_checksums;
        attachment.embedded = std::make_unique<Message>(std::move(inner.message));
        attachment.data = nullptr;
        return AttachMethod::EmbeddedMessage;
    }

    base::SharedSource slice(ByteView bytes) const {
        const auto offset = static_cast<std::uint64_t>(bytes.data() - stream_->in_memory().data());
        return base::slice_source(stream_, bytes.empty() ? 0 : offset, bytes.size());
    }

    static constexpr std::string_view kMacBinaryEncoding{"\x2A\x86\x48\x86\xF7\x14\x03\x0B\x01", 9};

    base::SharedSource stream_;  // all of it, in memory
    ByteView bytes_;             // this message's part of it
    std::uint32_t code_page_;
    int depth_;
    PropertyBag message_attributes_;
    std::optional<OpenAttachment> open_;
    TnefContent result_;
};

}  // namespace

bool has_tnef_signature(ByteView bytes) noexcept {
    return bytes.size() >= sizeof(base::le32) && base::read_record<base::le32>(bytes) == kSignature;
}

std::optional<TnefContent> read_tnef(const base::SharedSource& stream) {
    constexpr std::uint32_t kDefaultCodePage = 1252;
    if (stream->size() > kLargestTnef) {
        return std::nullopt;
    }
    const base::SharedSource all = stream->in_memory().empty()
                                       ? base::memory_source(base::read_all(*stream, kLargestTnef))
                                       : stream;
    if (!has_tnef_signature(all->in_memory())) {
        return std::nullopt;
    }
    return StreamReader(all, all->in_memory(), kDefaultCodePage, 0).run();
}

}  // namespace mbx::convert
