#include "convert/exact/mime_regions.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace mbx::convert::exact {
namespace {

constexpr int kDeepest = 50;
constexpr std::size_t kLargestHeader = 16 * 1024 * 1024;
constexpr std::size_t kMostParts = 200'000;

/// Start of the line behind the one that holds `at`.
std::size_t next_line(std::string_view text, std::size_t at) {
    const std::size_t end = text.find('\n', at);
    return end == std::string_view::npos ? text.size() : end + 1;
}

bool is_empty_line(std::string_view text, std::size_t at) {
    return at < text.size() && (text[at] == '\n' || text.substr(at, 2) == "\r\n");
}

/// The value of a header field, unfolded; empty when there is none. The first one counts.
std::string field(std::string_view header, std::string_view name) {
    for (std::size_t at = 0; at < header.size();) {
        std::size_t end = next_line(header, at);
        while (end < header.size() && (header[end] == ' ' || header[end] == '\t')) {
            end = next_line(header, end);
        }
        const std::string_view line = header.substr(at, end - at);
        if (line.size() > name.size() && line[name.size()] == ':' &&
            base::starts_with_ignore_case(line, name)) {
            std::string value(line.substr(name.size() + 1));
            std::erase_if(value, [](char c) { return c == '\r' || c == '\n'; });
            return std::string(base::trim(value));
        }
        at = end;
    }
    return {};
}

std::string unquoted(std::string_view text) {
    if (!text.starts_with('"')) {
        const std::size_t end = text.find_first_of("; \t");
        return std::string(text.substr(0, end));
    }
    std::string result;
    for (std::size_t i = 1; i < text.size() && text[i] != '"'; ++i) {
        i += text[i] == '\\' && i + 1 < text.size() ? 1 : 0;
        result += text[i];
    }
    return result;
}

std::string parameter(std::string_view content_type, std::string_view name) {
    bool in_quotes = false;
    for (std::size_t i = 0; i < content_type.size(); ++i) {
        in_quotes ^= content_type[i] == '"' && (i == 0 || content_type[i - 1] != '\\');
        if (in_quotes || content_type[i] != ';') {
            continue;
        }
        const std::string_view rest = base::trim(content_type.substr(i + 1));
        const std::size_t equals = rest.find('=');
        if (equals != std::string_view::npos &&
            base::equals_ignore_case(base::trim(rest.substr(0, equals)), name)) {
            return unquoted(base::trim(rest.substr(equals + 1)));
        }
    }
    return {};
}

class Finder {
  public:
    explicit Finder(std::string_view source) : source_(source) {}

    MimeRegion entity(std::size_t begin, std::size_t end, std::string_view default_type,
                      int depth) {
        MimeRegion region;
        region.header_begin = begin;
        find_header_end(region, end);
        region.body_end = end;
        const std::string_view header =
            source_.substr(begin, std::min(region.header_end - begin, kLargestHeader));
        const std::string content_type = field(header, "Content-Type");
        region.type = base::ascii_lower(base::trim(content_type.substr(0, content_type.find(';'))));
        if (region.type.empty()) {
            region.type = default_type;
        }
        region.encoding = base::ascii_lower(unquoted(field(header, "Content-Transfer-Encoding")));
        region.charset = parameter(content_type, "charset");
        const std::string boundary = parameter(content_type, "boundary");
        if (region.type.starts_with("multipart/") && !boundary.empty() && depth < kDeepest) {
            split(region, "--" + boundary,
                  region.type == "multipart/digest" ? "message/rfc822" : "text/plain", depth);
        }
        return region;
    }

  private:
    void find_header_end(MimeRegion& region, std::size_t end) const {
        std::size_t at = region.header_begin;
        while (at < end && !is_empty_line(source_, at)) {
            at = std::min(next_line(source_, at), end);
        }
        region.header_end = at;
        region.body_begin = at < end ? next_line(source_, at) : end;
    }

    std::optional<std::size_t> find_boundary(std::string_view delimiter, std::size_t from,
                                             std::size_t end) const {
        for (std::size_t at = from; at < end;) {
            at = source_.find(delimiter, at);
            if (at == std::string_view::npos || at >= end) {
                break;
            }
            if (at == 0 || source_[at - 1] == '\n') {
                return at;
            }
            at += delimiter.size();
        }
        return std::nullopt;
    }

    std::size_t before_line_end(std::size_t begin, std::size_t boundary) const {
        std::size_t end = boundary;
        if (end > begin && source_[end - 1] == '\n') {
            --end;
            end -= end > begin && source_[end - 1] == '\r' ? 1 : 0;
        }
        return end;
    }

    void split(MimeRegion& region, const std::string& delimiter, std::string_view default_type,
               int depth) {
        auto boundary = find_boundary(delimiter, region.body_begin, region.body_end);
        while (boundary && ++parts_ < kMostParts) {
            if (source_.substr(*boundary + delimiter.size(), 2) == "--") {
                return;
            }
            const std::size_t begin = std::min(next_line(source_, *boundary), region.body_end);
            boundary = find_boundary(delimiter, begin, region.body_end);
            const std::size_t end = boundary ? before_line_end(begin, *boundary) : region.body_end;
            region.children.push_back(entity(begin, end, default_type, depth + 1));
        }
    }

    std::string_view source_;
    std::size_t parts_ = 0;
};

}  // namespace

MimeRegion find_regions(std::string_view source) {
    const bool envelope = source.starts_with("From ") || source.starts_with(">From ");
    return Finder(source).entity(envelope ? next_line(source, 0) : 0, source.size(), "text/plain",
                                 0);
}

}  // namespace mbx::convert::exact
