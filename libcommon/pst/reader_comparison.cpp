#include "pst/reader_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "mapi/property_name.hpp"

namespace mbx::pst {
namespace {

constexpr std::size_t kShown = 60;  // bytes of a value
constexpr std::uint64_t kMostText = std::uint64_t{1} << 30;

std::string text_of(const base::Bytes& bytes) {
    return std::string(base::as_text(bytes));
}

/// One text for each value, however it is held.
std::string text_of(mapi::PropertyType type, const mapi::Value& value) {
    if (const auto* source = std::get_if<base::SharedSource>(&value)) {
        const base::Bytes bytes = base::read_all(**source, kMostText);
        return type == mapi::PropertyType::String ? base::utf8_from_utf16le(bytes) : text_of(bytes);
    }
    return std::visit(
        [&](const auto& v) -> std::string {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, std::string>) {
                return v;
            } else if constexpr (std::is_same_v<T, base::Bytes>) {
                return text_of(v);
            } else if constexpr (std::is_same_v<T, base::FileTime>) {
                return std::to_string(v.ticks);
            } else if constexpr (std::is_same_v<T, base::Guid>) {
                return std::string(base::as_text(base::ByteView(v)));
            } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
                return fmt::format("{}:{}", v.size(), fmt::join(v, "|"));
            } else if constexpr (std::is_same_v<T, std::vector<base::Bytes>>) {
                std::string all;
                for (const base::Bytes& item : v) {
                    all += std::to_string(item.size()) + ":" + text_of(item) + "|";
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

/// Piece by piece: an attachment can have gigabytes.
bool have_same_bytes(const base::ByteSource& first, const base::ByteSource& second) {
    if (first.size() != second.size()) {
        return false;
    }
    constexpr std::size_t kPiece = 256 * 1024;
    base::Bytes one(kPiece);
    base::Bytes other(kPiece);
    const auto fill = [](base::ByteReader& reader, base::Bytes& buffer) {
        std::size_t filled = 0;
        while (const std::size_t n = reader.read(base::MutableByteView(buffer).subspan(filled))) {
            filled += n;
        }
        return filled;
    };
    const auto a = first.open();
    const auto b = second.open();
    for (;;) {
        const std::size_t from_a = fill(*a, one);
        const std::size_t from_b = fill(*b, other);
        if (from_a != from_b ||
            !std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(from_a),
                        other.begin())) {
            return false;
        }
        if (from_a < kPiece) {
            return true;
        }
    }
}

using Values = std::map<std::string, std::pair<mapi::PropertyType, const mapi::Value*>>;

Values values_of(const mapi::PropertyBag& bag) {
    Values result;
    for (const auto& [id, typed] : bag.fixed()) {
        result[fmt::format("{:04x}{:04x}", id, static_cast<unsigned>(typed.type))] = {typed.type,
                                                                                      &typed.value};
    }
    for (const auto& [name, typed] : bag.named()) {
        result[fmt::format("{} {:04x}", base::escape(mapi::to_string(name)),
                           static_cast<unsigned>(typed.type))] = {typed.type, &typed.value};
    }
    return result;
}

bool are_same(mapi::PropertyType type, const mapi::Value& first, const mapi::Value& second) {
    const auto* a = std::get_if<base::SharedSource>(&first);
    const auto* b = std::get_if<base::SharedSource>(&second);
    return a != nullptr && b != nullptr ? have_same_bytes(**a, **b)
                                        : text_of(type, first) == text_of(type, second);
}

std::string shown(mapi::PropertyType type, const mapi::Value& value) {
    if (const auto* source = std::get_if<base::SharedSource>(&value)) {
        return fmt::format("{} bytes", (*source)->size());
    }
    return "\"" + base::escape(text_of(type, value), kShown) + "\"";
}

std::string text_of(const std::optional<ndb::Nid>& nid) {
    return nid ? to_string(*nid) : "the end";
}

}  // namespace

ReaderComparison::ReaderComparison(PstReader& first, PstReader& second, Sink sink)
    : first_(first), second_(second), sink_(std::move(sink)) {}

void ReaderComparison::note(const std::string& place, const std::string& text) {
    ++differences_;
    sink_(place, text);
}

template <typename Value>
void ReaderComparison::same(const std::string& place, std::string_view what, const Value& first,
                            const Value& second) {
    if (first != second) {
        if constexpr (std::is_same_v<Value, std::string>) {
            note(place, fmt::format(R"({}: "{}" and "{}")", what, base::escape(first, kShown),
                                    base::escape(second, kShown)));
        } else {
            note(place, fmt::format("{}: {} and {}", what, first, second));
        }
    }
}

void ReaderComparison::compare_bags(const std::string& place, const mapi::PropertyBag& first,
                                    const mapi::PropertyBag& second) {
    const Values in_first = values_of(first);
    const Values in_second = values_of(second);
    for (const auto& [key, value] : in_first) {
        const auto& [type, held] = value;
        const auto other = in_second.find(key);
        if (other == in_second.end()) {
            note(place, fmt::format("{} {} only in the first", key, shown(type, *held)));
        } else if (!are_same(type, *held, *other->second.second)) {
            note(place, fmt::format("{}: {} and {}", key, shown(type, *held),
                                    shown(type, *other->second.second)));
        }
    }
    for (const auto& [key, value] : in_second) {
        if (!in_first.contains(key)) {
            note(place,
                 fmt::format("{} {} only in the second", key, shown(value.first, *value.second)));
        }
    }
}

void ReaderComparison::compare_attachments(const std::string& place, const mapi::Attachment& first,
                                           const mapi::Attachment& second) {
    compare_bags(place, first.properties, second.properties);
    same(place, "has content", first.data != nullptr, second.data != nullptr);
    if (first.data && second.data && !have_same_bytes(*first.data, *second.data)) {
        note(place,
             fmt::format("content: {} and {} bytes", first.data->size(), second.data->size()));
    }
    same(place, "is a message", first.embedded != nullptr, second.embedded != nullptr);
    if (first.embedded && second.embedded) {
        compare_message(place + ", message inside", *first.embedded, *second.embedded);
    }
}

void ReaderComparison::compare_message(const std::string& place, const mapi::Message& first,
                                       const mapi::Message& second) {
    compare_bags(place, first.properties, second.properties);
    same(place, "is a hidden item", first.associated, second.associated);
    same(place, "recipients", first.recipients.size(), second.recipients.size());
    for (std::size_t i = 0; i < std::min(first.recipients.size(), second.recipients.size()); ++i) {
        compare_bags(fmt::format("{}, recipient {}", place, i), first.recipients[i],
                     second.recipients[i]);
    }
    same(place, "attachments", first.attachments.size(), second.attachments.size());
    for (std::size_t i = 0; i < std::min(first.attachments.size(), second.attachments.size());
         ++i) {
        compare_attachments(fmt::format("{}, attachment {}", place, i), first.attachments[i],
                            second.attachments[i]);
    }
}

/// A message that one of them cannot read is a difference, one that neither can is none.
void ReaderComparison::compare_current(const std::string& place, MessageCursor& first,
                                       MessageCursor& second) {
    const auto read = [](MessageCursor& cursor, std::string& failure) {
        try {
            return std::optional(cursor.message());
        } catch (const Error& error) {
            if (error.code() != ErrorCode::BadData) {
                throw;
            }
            failure = error.what();
            return std::optional<mapi::Message>();
        }
    };
    std::string failure;
    const auto one = read(first, failure);
    const auto other = read(second, failure);
    if (one && other) {
        compare_message(place, *one, *other);
    } else if (one || other) {
        note(place, fmt::format("only the {} can read it: {}", one ? "first" : "second", failure));
    }
}

std::uint64_t ReaderComparison::compare_messages(ndb::Nid folder, bool associated,
                                                 const base::StopFlag& stop) {
    std::string failure;
    const auto cursor_of = [&](PstReader& reader) -> std::unique_ptr<MessageCursor> {
        try {
            return associated ? reader.associated_messages(folder) : reader.messages(folder);
        } catch (const Error& error) {
            failure = error.what();
            return nullptr;
        }
    };
    const auto first = cursor_of(first_);
    const auto second = cursor_of(second_);
    if (!first || !second) {
        if (first || second) {
            note("folder " + to_string(folder),
                 fmt::format("only the {} can open it: {}", first ? "first" : "second", failure));
        }
        return 0;
    }
    std::uint64_t count = 0;
    auto nid = first->next();
    auto other = second->next();
    while (nid || other) {
        if (stop.requested()) {
            throw Error(ErrorCode::TryAgain, "stopped");
        }
        const std::uint64_t before = differences_;
        if (nid == other) {
            compare_current("message " + to_string(*nid), *first, *second);
            ++count;
            nid = first->next();
            other = second->next();
        } else {
            note("folder " + to_string(folder),
                 fmt::format("the next message: {} and {}", text_of(nid), text_of(other)));
            // They come in the order of their NIDs.
            const bool only_first = nid && (!other || *nid < *other);
            (only_first ? nid : other) = (only_first ? first : second)->next();
        }
        different_messages_ += differences_ != before ? 1 : 0;
    }
    return count;
}

void ReaderComparison::compare_folders(const PstFolder& first, const PstFolder& second) {
    const std::string place = "folder " + to_string(first.nid);
    same(place, "node", first.nid.value, second.nid.value);
    same(place, "parent", first.parent.value, second.parent.value);
    same(place, "name", first.folder.display_name, second.folder.display_name);
    same(place, "class", first.folder.container_class, second.folder.container_class);
    same(place, "comment", first.folder.comment, second.folder.comment);
    same(place, "use", static_cast<int>(first.folder.special),
         static_cast<int>(second.folder.special));
    same(place, "messages", first.message_count, second.message_count);
    same(place, "unread", first.unread_count, second.unread_count);
    same(place, "hidden items", first.associated_count, second.associated_count);
    same(place, "is hidden", first.hidden, second.hidden);
    same(place, "is a search folder", first.search, second.search);
    same(place, "is below the IPM subtree", first.below_ipm_subtree, second.below_ipm_subtree);
}

void ReaderComparison::compare_store() {
    const PstInfo a = first_.info();
    const PstInfo b = second_.info();
    same("file", "format", static_cast<int>(a.format), static_cast<int>(b.format));
    same("file", "kind", static_cast<int>(a.kind), static_cast<int>(b.kind));
    same("file", "encoding", static_cast<int>(a.crypt), static_cast<int>(b.crypt));
    same("file", "size", a.size, b.size);
    same("store", "name", a.display_name, b.display_name);
    same("store", "has a password", a.has_password, b.has_password);
    compare_bags("store", first_.store_properties(), second_.store_properties());
    const std::vector<PstFolder> in_first = first_.folders();
    const std::vector<PstFolder> in_second = second_.folders();
    same("store", "folders", in_first.size(), in_second.size());
    for (std::size_t i = 0; i < std::min(in_first.size(), in_second.size()); ++i) {
        compare_folders(in_first[i], in_second[i]);
    }
}

}  // namespace mbx::pst
