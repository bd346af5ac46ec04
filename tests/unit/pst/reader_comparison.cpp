#include "unit/pst/reader_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "mapi/property_name.hpp"

namespace mbx::test {
namespace {

constexpr std::size_t kMostLines = 200;
constexpr std::uint64_t kLimit = std::uint64_t{1} << 30;

/// One text for each value, whether held in memory or as a source.
std::string text_of(mapi::PropertyType type, const mapi::Value& value) {
    const auto bytes_text = [](const base::Bytes& bytes) {
        return std::string(base::as_text(bytes));
    };
    if (const auto* source = std::get_if<base::SharedSource>(&value)) {
        const base::Bytes bytes = base::read_all(**source, kLimit);
        return type == mapi::PropertyType::String ? base::utf8_from_utf16le(bytes)
                                                  : bytes_text(bytes);
    }
    return std::visit(
        [&](const auto& v) -> std::string {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, std::string>) {
                return v;
            } else if constexpr (std::is_same_v<T, base::Bytes>) {
                return bytes_text(v);
            } else if constexpr (std::is_same_v<T, base::FileTime>) {
                return std::to_string(v.ticks);
            } else if constexpr (std::is_same_v<T, base::Guid>) {
                return std::string(base::as_text(base::ByteView(v)));
            } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
                return fmt::format("{}:{}", v.size(), fmt::join(v, "|"));
            } else if constexpr (std::is_same_v<T, std::vector<base::Bytes>>) {
                std::string all;
                for (const base::Bytes& item : v) {
                    all += std::to_string(item.size()) + ":" + bytes_text(item) + "|";
                }
                return all;
            } else if constexpr (std::is_same_v<T, base::SharedSource>) {
                return {};  // read above
            } else if constexpr (std::is_arithmetic_v<T>) {
                return std::to_string(v);
            } else {
                return std::to_string(v.size()) + " values";
            }
        },
        value);
}

using Properties = std::map<std::string, std::string>;

Properties properties_of(const mapi::PropertyBag& bag) {
    Properties result;
    for (const auto& [id, typed] : bag.fixed()) {
        result[fmt::format("{:04x}{:04x}", id, static_cast<unsigned>(typed.type))] =
            text_of(typed.type, typed.value);
    }
    for (const auto& [name, value] : bag.named()) {
        result[fmt::format("{} {:04x}", mapi::to_string(name), static_cast<unsigned>(value.type))] =
            text_of(value.type, value.value);
    }
    return result;
}

class Comparison {
  public:
    void note(const std::string& place, const std::string& text) {
        if (lines_.size() < kMostLines) {
            lines_.push_back(place + ": " + text);
        }
    }
    template <typename T>
    void same(const std::string& place, std::string_view what, const T& a, const T& b) {
        if (a != b) {
            note(place, fmt::format("{}: {} and {}", what, a, b));
        }
    }

    void bags(const std::string& place, const mapi::PropertyBag& a, const mapi::PropertyBag& b) {
        const Properties in_a = properties_of(a);
        const Properties in_b = properties_of(b);
        for (const auto& [key, value] : in_a) {
            const auto other = in_b.find(key);
            if (other == in_b.end()) {
                note(place, fmt::format("{} only in the first: {} bytes, {}", key, value.size(),
                                        base::escape(value, 40)));
            } else if (other->second != value) {
                note(place, fmt::format("{}: \"{}\" and \"{}\"", key, base::escape(value, 60),
                                        base::escape(other->second, 60)));
            }
        }
        for (const auto& [key, value] : in_b) {
            if (!in_a.contains(key)) {
                note(place, fmt::format("{} only in the second: {} bytes, {}", key, value.size(),
                                        base::escape(value, 40)));
            }
        }
    }

    void messages(const std::string& place, const mapi::Message& a, const mapi::Message& b) {
        bags(place, a.properties, b.properties);
        same(place, "associated", a.associated, b.associated);
        same(place, "recipients", a.recipients.size(), b.recipients.size());
        for (std::size_t i = 0; i < std::min(a.recipients.size(), b.recipients.size()); ++i) {
            bags(fmt::format("{}, recipient {}", place, i), a.recipients[i], b.recipients[i]);
        }
        same(place, "attachments", a.attachments.size(), b.attachments.size());
        for (std::size_t i = 0; i < std::min(a.attachments.size(), b.attachments.size()); ++i) {
            attachments(fmt::format("{}, attachment {}", place, i), a.attachments[i],
                        b.attachments[i]);
        }
    }

    void attachments(const std::string& place, const mapi::Attachment& a,
                     const mapi::Attachment& b) {
        bags(place, a.properties, b.properties);
        const auto content = [](const mapi::Attachment& attachment) {
            return attachment.data ? base::read_all_text(*attachment.data, kLimit)
                                   : std::string("none");
        };
        if (content(a) != content(b)) {
            note(place,
                 fmt::format("content: {} and {} bytes", content(a).size(), content(b).size()));
        }
        same(place, "embedded", a.embedded != nullptr, b.embedded != nullptr);
        if (a.embedded && b.embedded) {
            messages(place + ", embedded", *a.embedded, *b.embedded);
        }
    }

    void cursors(const std::string& place, pst::MessageCursor& a, pst::MessageCursor& b) {
        for (;;) {
            const auto nid_a = a.next();
            const auto nid_b = b.next();
            if (nid_a != nid_b) {
                note(place,
                     fmt::format("next message: {} and {}", nid_a ? to_string(*nid_a) : "end",
                                 nid_b ? to_string(*nid_b) : "end"));
                return;
            }
            if (!nid_a) {
                return;
            }
            messages(place + ", message " + to_string(*nid_a), a.message(), b.message());
        }
    }

    void folders(const pst::PstFolder& a, const pst::PstFolder& b) {
        const std::string place = "folder " + to_string(a.nid);
        same(place, "nid", a.nid.value, b.nid.value);
        same(place, "parent", a.parent.value, b.parent.value);
        same(place, "name", a.folder.display_name, b.folder.display_name);
        same(place, "class", a.folder.container_class, b.folder.container_class);
        same(place, "comment", a.folder.comment, b.folder.comment);
        same(place, "special", static_cast<int>(a.folder.special),
             static_cast<int>(b.folder.special));
        same(place, "messages", a.message_count, b.message_count);
        same(place, "unread", a.unread_count, b.unread_count);
        same(place, "associated", a.associated_count, b.associated_count);
        same(place, "hidden", a.hidden, b.hidden);
        same(place, "search", a.search, b.search);
        same(place, "below IPM subtree", a.below_ipm_subtree, b.below_ipm_subtree);
    }

    std::vector<std::string> take() { return std::move(lines_); }

  private:
    std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> differences(pst::PstReader& a, pst::PstReader& b) {
    Comparison comparison;
    const pst::PstInfo info_a = a.info();
    const pst::PstInfo info_b = b.info();
    comparison.same("info", "format", static_cast<int>(info_a.format),
                    static_cast<int>(info_b.format));
    comparison.same("info", "kind", static_cast<int>(info_a.kind), static_cast<int>(info_b.kind));
    comparison.same("info", "crypt", static_cast<int>(info_a.crypt),
                    static_cast<int>(info_b.crypt));
    comparison.same("info", "size", info_a.size, info_b.size);
    comparison.same("info", "display name", info_a.display_name, info_b.display_name);
    comparison.same("info", "password", info_a.has_password, info_b.has_password);
    comparison.bags("store", a.store_properties(), b.store_properties());

    const std::vector<pst::PstFolder> folders_a = a.folders();
    const std::vector<pst::PstFolder> folders_b = b.folders();
    comparison.same("store", "folders", folders_a.size(), folders_b.size());
    for (std::size_t i = 0; i < std::min(folders_a.size(), folders_b.size()); ++i) {
        comparison.folders(folders_a[i], folders_b[i]);
        const pst::ndb::Nid nid = folders_a[i].nid;
        const std::string place = "folder " + to_string(nid);
        comparison.cursors(place, *a.messages(nid), *b.messages(nid));
        comparison.cursors(place + " (associated)", *a.associated_messages(nid),
                           *b.associated_messages(nid));
    }
    return comparison.take();
}

}  // namespace mbx::test
