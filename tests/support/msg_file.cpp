#include "support/msg_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/charset.hpp"
#include "base/file.hpp"
#include "base/little_endian.hpp"
#include "base/utf.hpp"
#include "convert/compound_file.hpp"

namespace mbx::test {
namespace {

using convert::CompoundFile;
using mapi::PropertyTag;
using mapi::PropertyType;

struct PropertyRecord {
    base::le16 type;
    base::le16 id;
    base::le32 flags;
    base::le64 value;
};
static_assert(sizeof(PropertyRecord) == 16);

using Names = std::map<std::uint16_t, mapi::PropertyName>;

class Reader {
  public:
    explicit Reader(CompoundFile file) : file_(std::move(file)) { read_names(); }

    mapi::Message message(std::size_t storage, std::size_t header_size, int depth = 0) {
        mapi::Message result;
        result.properties = bag(storage, header_size);
        for (const std::size_t child : sorted_children(storage)) {
            const std::string& name = file_.entry(child).name;
            if (name.starts_with("__recip_version1.0_#")) {
                result.recipients.push_back(bag(child, 8));
            } else if (name.starts_with("__attach_version1.0_#") && depth < 50) {
                result.attachments.push_back(attachment(child, depth));
            }
        }
        return result;
    }

  private:
    std::vector<std::size_t> sorted_children(std::size_t storage) const {
        std::vector<std::size_t> children = file_.entry(storage).children;
        std::sort(children.begin(), children.end(), [&](std::size_t a, std::size_t b) {
            return file_.entry(a).name < file_.entry(b).name;
        });
        return children;
    }

    mapi::Attachment attachment(std::size_t storage, int depth) {
        mapi::Attachment result;
        result.properties = bag(storage, 8);
        result.properties.erase(PropertyTag{0x3701, PropertyType::Binary});
        if (const auto data = stream(storage, 0x37010102)) {
            result.data = base::memory_source(*data);
        }
        if (const auto object = file_.find(storage, "__substg1.0_3701000D");
            object && result.method() == mapi::AttachMethod::EmbeddedMessage) {
            result.embedded = std::make_unique<mapi::Message>(message(*object, 24, depth + 1));
        }
        return result;
    }

    std::optional<base::Bytes> stream(std::size_t storage, std::uint32_t tag) const {
        const auto number = file_.find(storage, fmt::format("__substg1.0_{:08X}", tag));
        return number ? std::optional(file_.read(*number)) : std::nullopt;
    }

    mapi::PropertyBag bag(std::size_t storage, std::size_t header_size) {
        mapi::PropertyBag result;
        const auto properties = file_.find(storage, "__properties_version1.0");
        const base::Bytes bytes = properties ? file_.read(*properties) : base::Bytes{};
        std::vector<PropertyRecord> records;
        for (std::size_t at = header_size; at + sizeof(PropertyRecord) <= bytes.size();
             at += sizeof(PropertyRecord)) {
            records.push_back(base::read_record<PropertyRecord>(bytes, at));
            if (records.back().id == 0x3FFD && records.back().type == 3) {
                code_page_ = static_cast<std::uint32_t>(std::uint64_t{records.back().value});
            }
        }
        for (const PropertyRecord& record : records) {
            put(result, storage, record);
        }
        return result;
    }

    void put(mapi::PropertyBag& bag, std::size_t storage, const PropertyRecord& record) const {
        auto type = static_cast<PropertyType>(std::uint16_t{record.type});
        auto value = value_of(storage, record);
        if (!value) {
            return;
        }
        if (type == PropertyType::String8) {
            type = PropertyType::String;
        } else if (type == PropertyType::MultipleString8) {
            type = PropertyType::MultipleString;
        }
        if (record.id < mapi::kFirstNamedPropertyId) {
            bag.set(PropertyTag{record.id, type}, *std::move(value));
        } else if (const auto name = names_.find(record.id); name != names_.end()) {
            bag.set(name->second, type, *std::move(value));
        }
    }

    std::optional<mapi::Value> value_of(std::size_t storage, const PropertyRecord& record) const {
        const std::uint64_t raw = record.value;
        const std::uint32_t tag = std::uint32_t{record.id} << 16 | record.type;
        switch (static_cast<PropertyType>(std::uint16_t{record.type})) {
            case PropertyType::Integer16:
                return static_cast<std::int16_t>(raw);
            case PropertyType::Integer32:
            case PropertyType::ErrorCode:
                return static_cast<std::int32_t>(raw);
            case PropertyType::Integer64:
            case PropertyType::Currency:
                return static_cast<std::int64_t>(raw);
            case PropertyType::Floating64:
            case PropertyType::FloatingTime:
                return std::bit_cast<double>(raw);
            case PropertyType::Boolean:
                return (raw & 0xFFFFU) != 0;
            case PropertyType::Time:
                return base::FileTime{raw};
            case PropertyType::String:
                if (const auto bytes = stream(storage, tag)) {
                    return text(base::utf8_from_utf16le(*bytes));
                }
                return std::nullopt;
            case PropertyType::String8:
                if (const auto bytes = stream(storage, tag)) {
                    return text(base::decode_code_page(base::as_text(*bytes), code_page_));
                }
                return std::nullopt;
            case PropertyType::Binary:
                if (auto bytes = stream(storage, tag)) {
                    return *std::move(bytes);
                }
                return std::nullopt;
            case PropertyType::MultipleString:
            case PropertyType::MultipleString8:
                return strings(storage, tag);
            default:
                return std::nullopt;
        }
    }

    static std::string text(std::string value) {
        value.erase(value.find_last_not_of('\0') + 1);
        return value;
    }

    std::vector<std::string> strings(std::size_t storage, std::uint32_t tag) const {
        std::vector<std::string> result;
        for (int i = 0;; ++i) {
            const auto number =
                file_.find(storage, fmt::format("__substg1.0_{:08X}-{:08X}", tag, i));
            if (!number) {
                return result;
            }
            const base::Bytes bytes = file_.read(*number);
            result.push_back(text((tag & 0xFFFFU) == 0x101FU
                                      ? base::utf8_from_utf16le(bytes)
                                      : base::decode_code_page(base::as_text(bytes), code_page_)));
        }
    }

    // [MS-OXMSG] 2.2.3
    void read_names() {
        const auto storage = file_.find(CompoundFile::kRoot, "__nameid_version1.0");
        if (!storage) {
            return;
        }
        const base::Bytes guids = stream(*storage, 0x00020102).value_or(base::Bytes{});
        const base::Bytes entries = stream(*storage, 0x00030102).value_or(base::Bytes{});
        const base::Bytes strings = stream(*storage, 0x00040102).value_or(base::Bytes{});
        for (std::size_t at = 0; at + 8 <= entries.size(); at += 8) {
            const std::uint32_t id = base::read_record<base::le32>(entries, at);
            const std::uint16_t kind = base::read_record<base::le16>(entries, at + 4);
            const std::uint16_t number = base::read_record<base::le16>(entries, at + 6);
            mapi::PropertyName name;
            const std::size_t guid = kind >> 1;
            name.set = guid == 1 ? mapi::PS_MAPI : mapi::PS_PUBLIC_STRINGS;
            if (guid >= 3 && (guid - 2) * 16 <= guids.size()) {
                name.set = base::read_record<base::Guid>(guids, (guid - 3) * 16);
            }
            name.id = id;
            if ((kind & 1U) != 0 && std::size_t{id} + 4 <= strings.size()) {
                const std::uint32_t length = base::read_record<base::le32>(strings, id);
                const std::size_t size = std::min<std::size_t>(length, strings.size() - id - 4);
                name.id = base::utf8_from_utf16le(base::ByteView(strings).subspan(id + 4, size));
            }
            names_[static_cast<std::uint16_t>(mapi::kFirstNamedPropertyId + number)] = name;
        }
    }

    CompoundFile file_;
    Names names_;
    std::uint32_t code_page_ = 1252;
};

}  // namespace

mapi::Message read_msg_file(const std::string& path) {
    auto file = CompoundFile::open(base::read_all(*base::file_source(path), 1U << 30));
    if (!file) {
        throw std::runtime_error(path + " is no compound file");
    }
    return Reader(*std::move(file)).message(CompoundFile::kRoot, 32);
}

}  // namespace mbx::test
