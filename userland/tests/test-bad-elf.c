/* SPDX-License-Identifier: MIT
 *
 * A program that no loader takes: CMakeLists.txt gives it too large a stack.
 */
int main(void) { return 0; }
