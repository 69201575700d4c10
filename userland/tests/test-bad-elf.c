/* SPDX-License-Identifier: MIT
 *
 * A program that the kernel has to refuse: CMakeLists.txt gives it too large a stack.
 */
int main(void)
{
    return 0;
}
