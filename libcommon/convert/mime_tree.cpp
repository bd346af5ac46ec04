#include "convert/mime_tree.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "convert/source_cursor.hpp"

namespace mbx::convert {
namespace {

constexpr std::uint64_t kLongestHeader = 16 * 1024 * 1024;
constexpr std::size_t kLongestBoundary = 1000;
/// What is looked at of a line to tell what it is.
constexpr std::size_t kLineStart = 1100;
constexpr int kMostBlankLines = 10;
/// Beyond every offset.
constexpr std::uint64_t kNowhere = ~std::uint64_t{0};

constexpr std::string_view kPlainText = "text/plain";
constexpr std::string_view kMessage = "message/rfc822";

struct Container {
    Entity* entity;
    std::string boundary;  // empty: a message, which ends where what is around it ends
    bool closed = false;   // its last boundary has been seen
};

struct BoundaryHit {
    std::size_t container;  // index into the open containers
    bool last;              // "--boundary--"
    std::uint64_t line;     // offset of the line
    std::uint64_t next;     // offset of the line behind it
};

class TreeParser {
  public:
    explicit TreeParser(base::SharedSource source) : cursor_(source) {
        tree_.source = std::move(source);
    }

    MimeTree run() {
        std::uint64_t at = open_entity(skip_to_header(0, true), nullptr, kPlainText);
        while (at < cursor_.size()) {
            if (!open_.empty() && open_.back().boundary.empty() &&
                open_.back().entity->children.empty()) {
                at = open_entity(skip_to_header(at, false), open_.back().entity, kPlainText);
                continue;
            }
            const auto hit = next_boundary(at);
            if (!hit) {
                break;
            }
            at = take_boundary(*hit);
        }
        end_all(cursor_.size());
        settle_empty_multiparts();
        return std::move(tree_);
    }

  private:
    // Behind an mbox "From " line, quoted or not, and behind blank lines when a header follows
    // them.
    std::uint64_t skip_to_header(std::uint64_t at, bool is_root) {
        const std::string_view start = cursor_.view(at, 6);
        const std::size_t quote = start.starts_with('>') ? 1 : 0;
        if (start.substr(quote).starts_with("From ")) {
            const std::uint64_t end = cursor_.line_end(at);
            if (is_root) {
                tree_.envelope_line =
                    cursor_.text(at + quote, std::min<std::uint64_t>(end, at + quote + kLineStart));
            }
            at = end;
        }
        std::uint64_t behind = at;
        for (int i = 0; i < kMostBlankLines; ++i) {
            if (classify_header_line(cursor_.view(behind, 2)) != HeaderLine::Blank) {
                break;
            }
            behind = cursor_.line_end(behind);
        }
        return is_mail_field_name(field_name(cursor_.view(behind, kLineStart))) ? behind : at;
    }

    // Reads the header at `at`; returns where what is in the entity begins.
    std::uint64_t open_entity(std::uint64_t at, Entity* parent, std::string_view default_type) {
        Entity& entity = tree_.entities.emplace_back();
        if (parent != nullptr) {
            parent->children.push_back(&entity);
        }
        leaf_ = nullptr;
        if (tree_.entities.size() >= kMostMimeParts) {
            entity.header_range = {at, at};
            entity.type.main = kPlainText;
            make_leaf(entity, at, true);
            for (Container& container : open_) {
                container.closed = true;
            }
            return cursor_.size();
        }
        const std::uint64_t body = read_header(entity, at);
        read_fields(entity, default_type);
        entity.body_range = {body, body};
        const std::string* boundary = entity.type.raw("boundary");
        const bool multipart =
            entity.is_multipart() && boundary != nullptr && !base::trim(*boundary).empty();
        const bool message = entity.is_message() && entity.encoding == TransferEncoding::Identity;
        if (!multipart && !message) {
            make_leaf(entity, body, false);
        } else if (open_.size() >= kDeepestMimeNesting) {
            make_leaf(entity, body, true);
        } else {
            open_.push_back({&entity, multipart ? clean_boundary(*boundary) : std::string()});
        }
        return body;
    }

    static std::string clean_boundary(std::string_view boundary) {
        const std::size_t end = boundary.find_last_not_of(" \t");
        return std::string(boundary.substr(0, std::min(end + 1, kLongestBoundary)));
    }

    void make_leaf(Entity& entity, std::uint64_t body, bool opaque) {
        entity.body_range = {body, body};
        entity.opaque = opaque;
        tree_.complete &= !opaque;
        leaf_ = &entity;
    }

    // Finds the end of the header; returns where the body begins.
    std::uint64_t read_header(Entity& entity, std::uint64_t begin) {
        bool any_field = false;
        std::uint64_t garbage = kNowhere;
        std::uint64_t at = begin;
        std::uint64_t body = cursor_.size();
        while (at < cursor_.size()) {
            const std::string_view line = cursor_.view(at, kLineStart);
            const HeaderLine kind = classify_header_line(line);
            if (kind == HeaderLine::Blank) {
                body = cursor_.line_end(at);
                break;
            }
            if (at - begin > kLongestHeader || (line.starts_with("--") && match_boundary(at))) {
                body = at;
                break;
            }
            const bool stray =
                kind == HeaderLine::Garbage || (kind == HeaderLine::Continuation && !any_field);
            if (stray && garbage == kNowhere) {
                garbage = at;
            }
            if (stray && !any_field) {
                break;
            }
            if (kind == HeaderLine::Field) {
                any_field = true;
                if (garbage != kNowhere && is_mail_field_name(field_name(line))) {
                    garbage = kNowhere;
                }
            }
            at = cursor_.line_end(at);
        }
        const std::uint64_t end = std::min(garbage, at);
        entity.header_range = {begin, end};
        entity.header = HeaderBlock(cursor_.text(begin, end));
        return std::min(garbage, body);
    }

    static void read_fields(Entity& entity, std::string_view default_type) {
        if (const auto value = entity.header.first("Content-Type")) {
            entity.type = parse_mime_value(*value);
            entity.type_declared = entity.type.main.find('/') != std::string::npos;
        }
        if (!entity.type_declared) {
            entity.type.main = default_type;
        }
        if (const auto value = entity.header.first("Content-Disposition")) {
            entity.disposition = parse_mime_value(*value);
        }
        if (const auto value = entity.header.first("Content-Transfer-Encoding")) {
            entity.encoding = mail::parse_transfer_encoding(*value);
        }
    }

    bool any_boundary_open() const {
        return std::any_of(open_.begin(), open_.end(), [](const Container& container) {
            return !container.boundary.empty() && !container.closed;
        });
    }

    std::optional<BoundaryHit> next_boundary(std::uint64_t at) {
        if (!any_boundary_open()) {
            return std::nullopt;
        }
        while (at < cursor_.size()) {
            if (cursor_.view(at, 2).starts_with("--")) {
                if (const auto hit = match_boundary(at)) {
                    return hit;
                }
            }
            at = cursor_.line_end(at);
        }
        return std::nullopt;
    }

    // The innermost container whose boundary stands in the line at `at`.
    std::optional<BoundaryHit> match_boundary(std::uint64_t at) {
        const std::string_view line = cursor_.view(at, kLineStart);
        for (std::size_t i = open_.size(); i-- > 0;) {
            const Container& container = open_[i];
            if (container.boundary.empty() || container.closed ||
                line.substr(2, container.boundary.size()) != container.boundary) {
                continue;
            }
            std::string_view rest = line.substr(2 + container.boundary.size());
            const bool last = rest.starts_with("--");
            rest.remove_prefix(last ? 2 : 0);
            const std::size_t other = rest.find_first_not_of(" \t\r");
            if (other == std::string_view::npos || rest[other] == '\n') {
                return BoundaryHit{i, last, at, cursor_.line_end(at)};
            }
        }
        return std::nullopt;
    }

    std::uint64_t take_boundary(const BoundaryHit& hit) {
        const std::uint64_t end = before_line_end(hit.line);
        end_leaf(end);
        while (open_.size() > hit.container + 1) {
            end_container(end);
        }
        Container& container = open_.back();
        if (hit.last) {
            container.closed = true;
            return hit.next;
        }
        return open_entity(hit.next, container.entity,
                           container.entity->is("multipart/digest") ? kMessage : kPlainText);
    }

    // The line end before a boundary belongs to the boundary.
    std::uint64_t before_line_end(std::uint64_t line) {
        const std::uint64_t begin = line >= 2 ? line - 2 : 0;
        const std::string_view before = cursor_.view(begin, static_cast<std::size_t>(line - begin))
                                            .substr(0, static_cast<std::size_t>(line - begin));
        return line - (before.ends_with("\r\n") ? 2U : before.ends_with('\n') ? 1U : 0U);
    }

    void end_leaf(std::uint64_t end) {
        if (leaf_ != nullptr) {
            set_end(*leaf_, end);
            leaf_ = nullptr;
        }
    }
    void end_container(std::uint64_t end) {
        set_end(*open_.back().entity, end);
        open_.pop_back();
    }
    static void set_end(Entity& entity, std::uint64_t end) {
        entity.body_range.end = std::max(entity.body_range.begin, end);
    }
    void end_all(std::uint64_t end) {
        end_leaf(end);
        while (!open_.empty()) {
            end_container(end);
        }
    }

    void settle_empty_multiparts() {
        for (Entity& entity : tree_.entities) {
            if (entity.is_multipart() && entity.children.empty() && !entity.opaque) {
                entity.type = {};
                entity.type.main = kPlainText;
                entity.type_declared = false;
            }
        }
    }

    SourceCursor cursor_;
    MimeTree tree_;
    std::vector<Container> open_;
    Entity* leaf_ = nullptr;  // the part that is being read, when it holds no others
};

}  // namespace

bool Entity::is_message() const noexcept {
    return is("message/rfc822") || is("message/global") || is("message/news");
}

MimeTree parse_mime(base::SharedSource source) {
    return TreeParser(std::move(source)).run();
}

}  // namespace mbx::convert
