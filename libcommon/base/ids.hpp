// Where new identifiers come from: random by default, repeatable when a seed is given.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mbx::base {

/// 16 bytes as they lie in a file ([MS-DTYP] 2.3.4.2: the first three fields little-endian).
using Guid = std::array<std::byte, 16>;

/// From the usual text form, at compile time: guid("00020329-0000-0000-C000-000000000046").
constexpr Guid guid(std::string_view text) {
    constexpr std::array<std::size_t, 16> kPlaces{6,  4,  2,  0,  11, 9,  16, 14,
                                                  19, 21, 24, 26, 28, 30, 32, 34};
    const auto digit = [](char c) -> unsigned {
        return c <= '9' ? static_cast<unsigned>(c - '0')
                        : static_cast<unsigned>((c | 0x20) - 'a') + 10U;
    };
    Guid result{};
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] =
            static_cast<std::byte>(digit(text[kPlaces[i]]) << 4 | digit(text[kPlaces[i] + 1]));
    }
    return result;
}

class IdSource {
  public:
    virtual ~IdSource() = default;
    virtual Guid next_guid() = 0;
};

/// From the kernel's random numbers.
class RandomIds final : public IdSource {
  public:
    Guid next_guid() override;
};

/// The same sequence for the same seed, on every machine.
class SeededIds final : public IdSource {
  public:
    explicit SeededIds(std::uint64_t seed) : seed_(seed) {}
    Guid next_guid() override;

  private:
    std::uint64_t seed_;
    std::uint64_t count_ = 0;
};

}  // namespace mbx::base
