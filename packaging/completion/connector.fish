# Completion for fish. What stands between the markers is written by
# UPDATE_README=1 build/connector-tests --gtest_filter='House*'
complete -c connector -f
# options: begin
# options: end
