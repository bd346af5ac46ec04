#include "migration/message_header.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace mbx::migration {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string unfolded(std::string_view text) {
    std::string result;
    for (const char c : base::trim(text)) {
        if (!is_blank(c)) {
            result += c;
        } else if (result.back() != ' ') {
            result += ' ';
        }
    }
    return result;
}

}  // namespace

std::optional<std::size_t> header_length(std::string_view beginning) {
    std::size_t line = 0;
    while (line < beginning.size()) {
        const std::size_t end = beginning.find('\n', line);
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        if (end == line || (end == line + 1 && beginning[line] == '\r')) {
            return line;
        }
        line = end + 1;
    }
    return std::nullopt;
}

std::string read_header(const base::ByteSource& source) {
    std::string header;
    base::Bytes piece(8 * 1024);
    const auto reader = source.open();
    std::optional<std::size_t> length;
    while (!length && header.size() < kLongestHeader) {
        const std::size_t n = reader->read(piece);
        if (n == 0) {
            break;
        }
        header += base::as_text(base::ByteView(piece).first(n));
        length = header_length(header);
    }
    header.resize(std::min(length.value_or(header.size()), kLongestHeader));
    if (header.rfind("From ", 0) == 0) {
        header.erase(0, std::min(header.find('\n'), header.size() - 1) + 1);
    }
    return header;
}

std::optional<std::string> header_field(std::string_view header, std::string_view name) {
    std::size_t line = 0;
    while (line < header.size()) {
        std::size_t end = std::min(header.find('\n', line), header.size());
        while (end + 1 < header.size() && (header[end + 1] == ' ' || header[end + 1] == '\t')) {
            end = std::min(header.find('\n', end + 1), header.size());
        }
        const std::string_view field = header.substr(line, end - line);
        const std::size_t colon = field.find(':');
        if (colon != std::string_view::npos &&
            base::equals_ignore_case(base::trim(field.substr(0, colon)), name)) {
            return unfolded(field.substr(colon + 1));
        }
        line = end + 1;
    }
    return std::nullopt;
}

}  // namespace mbx::migration
