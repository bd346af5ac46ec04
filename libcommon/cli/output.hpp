// Standard output: data and nothing else, as text or as JSON lines, and checked.
#pragma once

#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string_view>

namespace mbx::cli {

/// Thrown when the reader of our pipe has gone (`tool | head`). Not an Error: nothing is wrong, the
/// tool ends without a word.
class ClosedPipe final : public std::exception {
  public:
    const char* what() const noexcept override { return "the reader of the output has gone"; }
};

using Json = nlohmann::ordered_json;

/// Every function throws Error(Io) when the output takes no more (full disk), ClosedPipe when
/// nobody reads it.
class Output {
  public:
    enum class Format { Text, JsonLines };

    /// `stream` is not owned.
    explicit Output(std::FILE* stream, Format format = Format::Text)
        : stream_(stream), format_(format) {}

    bool is_json() const noexcept { return format_ == Format::JsonLines; }
    void set_format(Format format) noexcept { format_ = format; }

    /// The same fact in both forms: the object as one line with --json, else the text and a line
    /// feed. Untrusted text must have been escaped; JSON escapes itself, and invalid UTF-8 becomes
    /// U+FFFD.
    void record(const Json& object, std::string_view text);
    /// As it is, in both formats: message sources, lists.
    void write(std::string_view bytes);
    /// The text and a line feed.
    void line(std::string_view text);
    void flush();
    /// It has taken no more before; it will not now.
    bool has_failed() const noexcept { return std::ferror(stream_) != 0; }

  private:
    std::FILE* stream_;
    Format format_;
};

}  // namespace mbx::cli
