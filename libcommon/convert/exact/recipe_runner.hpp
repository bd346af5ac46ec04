// Executes the operations of a recipe on the stored values of a message.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/byte_source.hpp"
#include "base/bytes.hpp"
#include "convert/exact/recipe.hpp"
#include "convert/exact/recipe_encoder.hpp"
#include "mapi/message.hpp"

namespace mbx::convert::exact {

/// Text values of streams are held in memory while they are encoded; longer ones are not referred
/// to.
inline constexpr std::uint64_t kLargestText = std::uint64_t{64} << 20;

/// Literal bytes in the order of the operations.
struct LiteralCursor {
    base::ByteView rest;
};

/// Runs operations one after the other. The message outlives it.
class RecipeRunner {
  public:
    explicit RecipeRunner(const mapi::Message& message) : message_(message) {}

    /// The source of an embedded message that is known already. The recipes of others are run when
    /// an operation refers to them, each once.
    void know_embedded(std::uint64_t attachment, base::SharedSource source);

    /// Sends the output of one operation to `sink`, piece by piece. Throws Error(BadData) when the
    /// operation refers to what is not there or to what is longer than kLargestText where that is
    /// the limit.
    void run(const Operation& operation, LiteralCursor& literals, const ByteSink& sink);

    /// True while what was read of values is in proportion to what it gave: a recipe can ask for
    /// the same long value again and again.
    bool is_affordable(std::uint64_t bytes_given) const noexcept;

  private:
    base::SharedSource value_of(const Stream& stream);
    base::SharedSource embedded_source(std::uint64_t attachment);
    base::SharedSource open_stream(const Stream& stream, LiteralCursor& literals);
    void copy(const Copy& operation, LiteralCursor& literals, const ByteSink& sink);
    void base64(const Base64& operation, LiteralCursor& literals, const ByteSink& sink);
    void quoted_printable(const QuotedPrintable& operation, LiteralCursor& literals,
                          const ByteSink& sink);
    void uuencoded(const UuEncoded& operation, LiteralCursor& literals, const ByteSink& sink);

    const mapi::Message& message_;
    std::map<std::uint64_t, base::SharedSource> embedded_;
    std::uint64_t bytes_read_ = 0;
};

/// Attachments, by position, all of whose bytes stand in the output of these operations.
std::set<std::size_t> fully_used_attachments(const std::vector<Operation>& operations,
                                             const mapi::Message& message);

}  // namespace mbx::convert::exact
