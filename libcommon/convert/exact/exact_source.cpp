#include "convert/exact/exact_source.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/contiguous.hpp"
#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/spool.hpp"
#include "base/utf.hpp"
#include "convert/exact/raw_deflate.hpp"
#include "convert/exact/recipe.hpp"
#include "convert/exact/recipe_builder.hpp"
#include "convert/exact/recipe_dictionary.hpp"
#include "convert/exact/recipe_runner.hpp"
#include "convert/exact/view_digest.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert::exact {
namespace {

constexpr std::size_t kHeadLimit = 80;                   // no head is longer
constexpr std::size_t kHeaderTextInDictionary = 24'000;  // so many bytes of it at most
constexpr std::uint64_t kSmallSource = 4096;  // here the whole source may be the cheaper way
constexpr std::uint64_t kInMemory = std::uint64_t{1} << 20;

struct TooLong {};  // ends a run whose output is longer than the source was

std::string dictionary_of(const mapi::Message& message, std::uint8_t number,
                          bool with_header_text) {
    std::string result(recipe_dictionary(number));
    if (!with_header_text) {
        return result;
    }
    std::string text =
        message.properties.text(mapi::PidTagTransportMessageHeaders).value_or(std::string());
    std::erase(text, '\r');
    if (text.size() > kHeaderTextInDictionary) {
        text.erase(0, text.size() - kHeaderTextInDictionary);
    }
    return result + text;
}

/// What a recipe refers to is not known before it is parsed, nor is that of the embedded messages.
std::set<std::size_t> vouched_for(const mapi::Message& message,
                                  const std::vector<Operation>& operations) {
    return fully_used_attachments(operations, message);
}

mapi::Value property_value(base::Bytes bytes) {
    return mapi::Value(std::move(bytes));
}

mapi::Value property_value(const base::SharedSource& source) {
    if (source->size() <= kInMemory) {
        return mapi::Value(base::read_all(*source, kInMemory));
    }
    return mapi::Value(source);
}

std::optional<base::Bytes> with_operations(const mapi::Message& message, RecipeHead head,
                                           base::ByteView source, const Origins& origins) {
    const BuiltRecipe built = build_recipe(base::as_text(source), origins, message);
    if (!built.usable) {
        return std::nullopt;
    }
    head.kind = RecipeKind::Operations;
    head.dictionary = kNewestDictionary;
    head.header_text_in_dictionary = true;
    head.view_digest = view_digest(message, vouched_for(message, built.operations));
    base::Bytes plan = serialise(built.operations);
    head.operations_length = plan.size();
    base::append(plan, built.literals);
    base::Bytes result = serialise(head);
    base::append(result, deflate_bytes(plan, dictionary_of(message, head.dictionary, true)));
    return result;
}

base::SharedSource whole_source(const mapi::Message& message, RecipeHead head,
                                const base::SharedSource& source,
                                const std::optional<ViewDigest>& stored_view) {
    head.view_digest = stored_view ? *stored_view : view_digest(message, {});
    head.kind = RecipeKind::Deflated;
    base::Spool spool(kInMemory);
    spool.write(serialise(head));
    deflate_source(*source, [&](base::ByteView piece) { spool.write(piece); });
    head.kind = RecipeKind::Stored;
    const base::Bytes stored_head = serialise(head);
    if (spool.size() <= stored_head.size() + source->size()) {
        return spool.take();
    }
    return base::concat_source({base::memory_source(stored_head), source});
}

/// A recipe read from a message.
class Recipe {
  public:
    Recipe(const mapi::Message& message, Edits edits, base::SharedSource value, ParsedHead parsed)
        : message_(message),
          edits_(edits),
          value_(std::move(value)),
          head_(parsed.head),
          head_size_(parsed.size) {}

    ExactSource run() {
        const base::SharedSource rest =
            base::slice_source(value_, head_size_, value_->size() - head_size_);
        switch (head_.kind) {
            case RecipeKind::Operations:
                return run_operations(*rest);
            case RecipeKind::Deflated:
                return checked({}, [&](const ByteSink& sink) {
                    return inflate_source(*rest, {}, head_.source_length, sink);
                });
            case RecipeKind::Stored:
                break;
        }
        return checked({}, [&](const ByteSink& sink) {
            base::for_each_piece(*rest, sink);
            return true;
        });
    }

  private:
    ExactSource run_operations(const base::ByteSource& rest) {
        // Both lengths come from the file: the sum must not wrap, nor be more than a recipe is ever
        // given.
        if (head_.operations_length > kLargestLiterals) {
            return {SourceOrigin::Damaged, nullptr};
        }
        const std::uint64_t limit = head_.operations_length +
                                    std::min<std::uint64_t>(head_.source_length, kLargestLiterals);
        const std::string dictionary =
            dictionary_of(message_, head_.dictionary, head_.header_text_in_dictionary);
        base::Bytes plan;
        if (!inflate_source(rest, dictionary, limit,
                            [&](base::ByteView piece) { base::append(plan, piece); }) ||
            plan.size() < head_.operations_length) {
            // The header text is part of the dictionary: when it was edited, nothing here can be
            // read.
            return {SourceOrigin::Damaged, nullptr};
        }
        const auto size = static_cast<std::size_t>(head_.operations_length);
        const auto operations = parse_operations(base::ByteView(plan).first(size));
        if (!operations) {
            return {SourceOrigin::Damaged, nullptr};
        }
        return checked(vouched_for(message_, *operations), [&](const ByteSink& sink) {
            LiteralCursor literals{base::ByteView(plan).subspan(size)};
            RecipeRunner runner(message_);
            std::uint64_t given = 0;
            const ByteSink counting = [&](base::ByteView piece) {
                given += piece.size();
                sink(piece);
            };
            return std::all_of(operations->begin(), operations->end(),
                               [&](const Operation& operation) {
                                   runner.run(operation, literals, counting);
                                   return runner.is_affordable(given);
                               });
        });
    }

    template <typename Produce>
    ExactSource checked(const std::set<std::size_t>& vouched, Produce produce) {
        if (edits_ == Edits::Matter && view_digest(message_, vouched) != head_.view_digest) {
            return {SourceOrigin::Edited, nullptr};
        }
        base::Spool spool;
        base::Sha256 hash;
        const ByteSink sink = [&](base::ByteView piece) {
            if (piece.size() > head_.source_length - spool.size()) {
                throw TooLong();
            }
            hash.update(piece);
            spool.write(piece);
        };
        try {
            if (!produce(sink) || hash.finish() != head_.source_digest) {
                return {SourceOrigin::Damaged, nullptr};
            }
        } catch (const TooLong&) {
            return {SourceOrigin::Damaged, nullptr};
        }
        return {SourceOrigin::Exact, spool.take()};
    }

    const mapi::Message& message_;
    Edits edits_;
    base::SharedSource value_;
    RecipeHead head_;
    std::size_t head_size_;
};

base::SharedSource recipe_value(const mapi::Message& message) {
    const mapi::NamedValue* named = message.properties.find(exact_source_name());
    if (named == nullptr) {
        return nullptr;
    }
    if (const auto* bytes = std::get_if<base::Bytes>(&named->value)) {
        return base::memory_source(*bytes);
    }
    const auto* source = std::get_if<base::SharedSource>(&named->value);
    return source != nullptr ? *source : nullptr;
}

std::optional<ParsedHead> read_head(const base::ByteSource& value) {
    base::Bytes start(kHeadLimit);
    start.resize(value.open()->read(start));
    return parse_head(start);
}

}  // namespace

mapi::PropertyName exact_source_name() {
    return {mapi::PSETID_MbxTools, std::string("ExactSource")};
}

void keep_exact_source(mapi::Message& message, const base::SharedSource& source,
                       const Origins& origins, const RecipeOptions& options) {
    const base::Contiguous bytes(source);
    RecipeHead head;
    head.source_digest = base::sha256(bytes.view());
    head.source_length = bytes.view().size();

    std::optional<base::Bytes> best;
    if (!options.whole) {
        best = with_operations(message, head, bytes.view(), origins);
    }
    const bool may_be_smaller_whole =
        !best || head.source_length <= kSmallSource || best->size() > head.source_length / 4;
    mapi::Value value;
    if (may_be_smaller_whole) {
        const base::SharedSource whole = whole_source(message, head, source, options.stored_view);
        value = best && best->size() <= whole->size() ? property_value(*std::move(best))
                                                      : property_value(whole);
    } else {
        value = property_value(*std::move(best));
    }
    message.properties.set(exact_source_name(), mapi::PropertyType::Binary, std::move(value));
}

bool keeps_source(const mapi::Message& message, base::ByteView source) {
    const base::SharedSource value = recipe_value(message);
    const auto parsed = value ? read_head(*value) : std::nullopt;
    return parsed && parsed->head.source_length == source.size() &&
           parsed->head.source_digest == base::sha256(source);
}

std::optional<RecipeIdentity> recipe_identity(const mapi::Message& message) {
    const base::SharedSource value = recipe_value(message);
    const auto parsed = value ? read_head(*value) : std::nullopt;
    return parsed
               ? std::optional(RecipeIdentity{parsed->head.source_digest, view_digest(message, {})})
               : std::nullopt;
}

ExactSource exact_source(const mapi::Message& message, Edits edits) {
    const base::SharedSource value = recipe_value(message);
    if (!value) {
        return {};
    }
    try {
        const auto parsed = read_head(*value);
        return parsed ? Recipe(message, edits, value, *parsed).run() : ExactSource{};
    } catch (const Error& error) {
        if (error.code() != ErrorCode::BadData) {
            throw;
        }
        return {SourceOrigin::Damaged, nullptr};
    }
}

}  // namespace mbx::convert::exact
