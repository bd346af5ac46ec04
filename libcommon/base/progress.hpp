// How far a long job has come. The tools pass in a bar; tests and pipes pass in nothing that shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mbx::base {

class Progress {
  public:
    virtual ~Progress() = default;
    /// A new stage begins ("export Inbox"). The total is in messages, when known.
    virtual void start(std::string_view stage, std::optional<std::uint64_t> total_messages) = 0;
    virtual void advance(std::uint64_t messages, std::uint64_t bytes) = 0;
    virtual void finish() = 0;
};

class NoProgress final : public Progress {
  public:
    void start(std::string_view /*stage*/,
               std::optional<std::uint64_t> /*total_messages*/) override {}
    void advance(std::uint64_t /*messages*/, std::uint64_t /*bytes*/) override {}
    void finish() override {}
};

}  // namespace mbx::base
