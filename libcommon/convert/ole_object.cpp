#include "convert/ole_object.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/charset.hpp"
#include "base/little_endian.hpp"
#include "convert/compound_file.hpp"
#include "convert/media_type.hpp"

namespace mbx::convert {
namespace {

struct Magic {
    std::string_view bytes;
    std::string_view media_type;
};

constexpr Magic kMagics[] = {
    {"%PDF-", "application/pdf"},
    {"\x89PNG\r\n\x1a\n", "image/png"},
    {"\xFF\xD8\xFF", "image/jpeg"},
    {"GIF8", "image/gif"},
    {"BM", "image/bmp"},
    {"PK\x03\x04", "application/zip"},
    {"II*\0", "image/tiff"},
    {"{\\rtf", "application/rtf"},
};

std::string type_of_content(std::string_view bytes) {
    for (const Magic& magic : kMagics) {
        if (bytes.starts_with(magic.bytes)) {
            return std::string(magic.media_type);
        }
    }
    return {};
}

/// Cuts fields off the front; after the first that is not there everything is empty.
class Fields {
  public:
    explicit Fields(base::ByteView bytes) : rest_(bytes) {}

    bool skip(std::size_t size) {
        if (size > rest_.size()) {
            rest_ = {};
            return false;
        }
        rest_ = rest_.subspan(size);
        return true;
    }
    std::optional<std::uint32_t> number() {
        if (rest_.size() < 4) {
            return std::nullopt;
        }
        const std::uint32_t value = base::read_record<base::le32>(rest_);
        rest_ = rest_.subspan(4);
        return value;
    }
    std::string text() {
        const auto end = std::find(rest_.begin(), rest_.end(), std::byte{0});
        const auto size = static_cast<std::size_t>(end - rest_.begin());
        std::string result(base::as_text(rest_.first(size)));
        skip(std::min(size + 1, rest_.size()));
        return result;
    }
    base::ByteView rest() const { return rest_; }

  private:
    base::ByteView rest_;
};

/// u32 size, u16 type, label, path, 8 bytes (the second u32 the length of a path), temporary path,
/// u32 size, data. Objects that are no package have u32 size and data only.
std::optional<OleContent> packaged_file(base::ByteView stream) {
    Fields fields(stream);
    const auto total = fields.number();
    if (!total) {
        return std::nullopt;
    }
    OleContent content;
    Fields plain = fields;
    fields.skip(2);
    const std::string label = fields.text();
    const std::string path = fields.text();
    fields.skip(4);
    const auto path_size = fields.number();
    if (path_size && fields.skip(*path_size)) {
        const auto size = fields.number();
        if (size && *size <= fields.rest().size() && !label.empty()) {
            const std::string_view named = label.find('.') == std::string::npos ? path : label;
            content.name =
                base::decode_code_page(named.substr(named.find_last_of("\\/") + 1), 1252);
            content.media_type = std::string(media_type_of_name(content.name));
            content.data = base::to_bytes(fields.rest().first(*size));
            return content;
        }
    }
    content.data =
        base::to_bytes(plain.rest().first(std::min<std::size_t>(*total, plain.rest().size())));
    content.media_type = type_of_content(base::as_text(content.data));
    return content.data.empty() ? std::nullopt : std::optional(std::move(content));
}

std::optional<OleContent> named_stream(const CompoundFile& file, std::string_view name) {
    const auto stream = file.find(CompoundFile::kRoot, name);
    if (!stream || file.entry(*stream).is_storage) {
        return std::nullopt;
    }
    OleContent content;
    content.data = file.read(*stream);
    content.media_type = type_of_content(base::as_text(content.data));
    return content.data.empty() ? std::nullopt : std::optional(std::move(content));
}

/// Of a storage that is a document itself.
std::string_view document_type(const CompoundFile& file) {
    constexpr std::pair<std::string_view, std::string_view> kDocuments[] = {
        {"WordDocument", "application/msword"},
        {"Workbook", "application/vnd.ms-excel"},
        {"Book", "application/vnd.ms-excel"},
        {"PowerPoint Document", "application/vnd.ms-powerpoint"},
        {"VisioDocument", "application/vnd.visio"},
        {"__properties_version1.0", "application/vnd.ms-outlook"},
    };
    for (const auto& [stream, media_type] : kDocuments) {
        if (file.find(CompoundFile::kRoot, stream)) {
            return media_type;
        }
    }
    return {};
}

}  // namespace

OleContent ole_content(base::Bytes storage) {
    OleContent whole;
    whole.media_type = type_of_content(base::as_text(storage));
    const auto file = CompoundFile::open(storage);
    if (file) {
        if (const auto stream = file->find(CompoundFile::kRoot, "\x01Ole10Native")) {
            if (auto content = packaged_file(file->read(*stream))) {
                return *std::move(content);
            }
        }
        for (const std::string_view name : {"CONTENTS", "Package", "EmbeddedOdf"}) {
            if (auto content = named_stream(*file, name)) {
                return *std::move(content);
            }
        }
        whole.media_type = std::string(document_type(*file));
    }
    whole.data = std::move(storage);
    return whole;
}

}  // namespace mbx::convert
