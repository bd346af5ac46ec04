// Finds the operations that give a source from the stored values of its message.
#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "convert/exact/origin.hpp"
#include "convert/exact/recipe.hpp"
#include "mapi/message.hpp"

namespace mbx::convert::exact {

struct BuiltRecipe {
    std::vector<Operation> operations;
    base::Bytes literals;  ///< of all operations, in their order
    bool usable = true;    ///< false: the literals alone became too long to be held
};

/// Every reference has been executed and compared: running the operations gives `source`. Origins
/// are hints, in any order: wrong ones make the recipe longer, not wrong.
BuiltRecipe build_recipe(std::string_view source, const Origins& origins,
                         const mapi::Message& message);

inline constexpr std::size_t kLargestLiterals = std::size_t{16} << 20;

}  // namespace mbx::convert::exact
