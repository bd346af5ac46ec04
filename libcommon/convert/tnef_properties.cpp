#include "convert/tnef_properties.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "base/charset.hpp"
#include "base/utf.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using base::ByteView;
using mapi::PropertyTag;
using mapi::PropertyType;

constexpr std::uint16_t kMultiple = 0x1000;

struct TagRecord {
    base::le16 type;
    base::le16 id;
};
static_assert(sizeof(TagRecord) == 4);

struct NameRecord {
    base::Guid set;
    base::le32 kind;  // 0 number, 1 string
};
static_assert(sizeof(NameRecord) == 20);

/// Bytes of a value of fixed size; 0 when the type has none.
std::size_t fixed_size(PropertyType type) {
    switch (type) {
        case PropertyType::Integer16:
        case PropertyType::Boolean:
            return 2;
        case PropertyType::Integer32:
        case PropertyType::Floating32:
        case PropertyType::ErrorCode:
            return 4;
        case PropertyType::Floating64:
        case PropertyType::Currency:
        case PropertyType::FloatingTime:
        case PropertyType::Integer64:
        case PropertyType::Time:
            return 8;
        case PropertyType::Guid:
            return 16;
        default:
            return 0;
    }
}

bool has_length(PropertyType type) {
    return type == PropertyType::String8 || type == PropertyType::String ||
           type == PropertyType::Binary || type == PropertyType::Object;
}

template <typename Unsigned>
Unsigned number(ByteView bytes) {
    return base::read_record<base::LittleEndian<Unsigned>>(bytes);
}

mapi::Value fixed_value(PropertyType type, ByteView bytes) {
    switch (type) {
        case PropertyType::Integer16:
            return static_cast<std::int16_t>(number<std::uint16_t>(bytes));
        case PropertyType::Boolean:
            return number<std::uint16_t>(bytes) != 0;
        case PropertyType::Floating32:
            return std::bit_cast<float>(number<std::uint32_t>(bytes));
        case PropertyType::Floating64:
        case PropertyType::FloatingTime:
            return std::bit_cast<double>(number<std::uint64_t>(bytes));
        case PropertyType::Currency:
        case PropertyType::Integer64:
            return static_cast<std::int64_t>(number<std::uint64_t>(bytes));
        case PropertyType::Time:
            return base::FileTime{number<std::uint64_t>(bytes)};
        case PropertyType::Guid:
            return base::read_record<base::Guid>(bytes);
        default:
            return static_cast<std::int32_t>(number<std::uint32_t>(bytes));
    }
}

std::string unicode_text(ByteView bytes) {
    std::string text = base::utf8_from_utf16le(bytes.first(bytes.size() / 2 * 2));
    text.erase(std::min(text.find('\0'), text.size()));
    return text;
}

class ListReader {
  public:
    ListReader(TnefBytes& from, std::uint32_t code_page, TnefProperties& to)
        : from_(from), code_page_(code_page), to_(to) {}

    bool run() {
        const auto count = from_.record<base::le32>();
        if (!count) {
            return false;
        }
        for (std::uint32_t i = 0; i < *count; ++i) {
            if (!property()) {
                return false;
            }
        }
        return true;
    }

  private:
    bool property() {
        const auto tag = from_.record<TagRecord>();
        if (!tag) {
            return false;
        }
        id_ = tag->id;
        name_.reset();
        if (id_ >= mapi::kFirstNamedPropertyId && !take_name()) {
            return false;
        }
        const std::uint16_t raw = tag->type;
        const auto type = static_cast<PropertyType>(raw & ~kMultiple);
        return (raw & kMultiple) != 0 ? values(type) : value(type);
    }

    bool take_name() {
        const auto head = from_.record<NameRecord>();
        const auto number = from_.record<base::le32>();  // or the length of a string
        if (!head || !number) {
            return false;
        }
        name_ = mapi::PropertyName{head->set, std::uint32_t{*number}};
        if (head->kind == 0) {
            return true;
        }
        const auto text = from_.take_padded(*number);
        if (text) {
            name_->id = unicode_text(*text);
        }
        return text.has_value();
    }

    bool value(PropertyType type) {
        if (const std::size_t size = fixed_size(type); size != 0) {
            const auto bytes = from_.take_padded(size);
            if (bytes) {
                set(type, fixed_value(type, *bytes));
            }
            return bytes.has_value();
        }
        std::vector<ByteView> pieces;
        if (!has_length(type) || !take_pieces(pieces)) {
            return false;
        }
        if (!pieces.empty()) {
            set_piece(type, pieces.front());
        }
        return true;
    }

    /// Values that have a length each.
    bool take_pieces(std::vector<ByteView>& pieces) {
        const auto count = from_.record<base::le32>();
        if (!count) {
            return false;
        }
        for (std::uint32_t i = 0; i < *count; ++i) {
            const auto size = from_.record<base::le32>();
            const auto bytes = size ? from_.take_padded(*size) : std::nullopt;
            if (!bytes) {
                return false;
            }
            pieces.push_back(*bytes);
        }
        return true;
    }

    void set_piece(PropertyType type, ByteView bytes) {
        if (type == PropertyType::Object) {
            constexpr std::size_t kInterfaceSize = sizeof(base::Guid);
            if (id_ == mapi::PidTagAttachDataObject.id && bytes.size() >= kInterfaceSize) {
                to_.object = {base::read_record<base::Guid>(bytes), bytes.subspan(kInterfaceSize)};
            }
        } else if (type != PropertyType::Binary) {
            set(PropertyType::String, text(type, bytes));
        } else if (!name_ && id_ == mapi::PidTagAttachDataBinary.id) {
            to_.data = bytes;
        } else {
            set(type, base::to_bytes(bytes));
        }
    }

    std::string text(PropertyType type, ByteView bytes) const {
        return type == PropertyType::String ? unicode_text(bytes) : tnef_text(bytes, code_page_);
    }

    /// Of several values only strings, bytes and 32-bit numbers are kept: mail has no others.
    bool values(PropertyType type) {
        if (const std::size_t size = fixed_size(type); size != 0) {
            return numbers(type, size);
        }
        std::vector<ByteView> pieces;
        if (!has_length(type) || type == PropertyType::Object || !take_pieces(pieces)) {
            return false;
        }
        if (type == PropertyType::Binary) {
            std::vector<base::Bytes> result;
            std::transform(pieces.begin(), pieces.end(), std::back_inserter(result),
                           [](ByteView piece) { return base::to_bytes(piece); });
            set(PropertyType::MultipleBinary, std::move(result));
        } else {
            std::vector<std::string> result;
            std::transform(pieces.begin(), pieces.end(), std::back_inserter(result),
                           [&](ByteView piece) { return text(type, piece); });
            set(PropertyType::MultipleString, std::move(result));
        }
        return true;
    }

    bool numbers(PropertyType type, std::size_t size) {
        const auto count = from_.record<base::le32>();
        if (!count) {
            return false;
        }
        std::vector<std::int32_t> result;
        for (std::uint32_t i = 0; i < *count; ++i) {
            const auto bytes = from_.take_padded(size);
            if (!bytes) {
                return false;
            }
            if (type == PropertyType::Integer32) {
                result.push_back(static_cast<std::int32_t>(number<std::uint32_t>(*bytes)));
            }
        }
        if (type == PropertyType::Integer32) {
            set(PropertyType::MultipleInteger32, std::move(result));
        }
        return true;
    }

    void set(PropertyType type, mapi::Value value) {
        if (name_) {
            to_.bag.set(*name_, type, std::move(value));
        } else {
            to_.bag.set(PropertyTag{id_, type}, std::move(value));
        }
    }

    TnefBytes& from_;
    std::uint32_t code_page_;
    TnefProperties& to_;
    std::uint16_t id_ = 0;
    std::optional<mapi::PropertyName> name_;
};

}  // namespace

bool read_tnef_properties(TnefBytes& from, std::uint32_t code_page, TnefProperties& to) {
    return ListReader(from, code_page, to).run();
}

std::string tnef_text(ByteView bytes, std::uint32_t code_page) {
    const std::string_view text = base::as_text(bytes);
    return base::decode_code_page(text.substr(0, text.find('\0')), code_page);
}

}  // namespace mbx::convert
