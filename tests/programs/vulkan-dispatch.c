/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least Vulkan program that computes: on every device that libvulkan shows, word x of a buffer becomes 3 * word + x, and
 * each word is compared. "llvmpipe (LLVM 15.0.6, 256 bits) cpu: 65536 words" for each. Status 1: one is wrong, or a step of
 * Vulkan failed (which); 2: there is no device. No window, no layer, nothing of gpubay.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vulkan/vulkan.h>

enum { WORDS = 65536, GROUP = 64, DEVICES_MAX = 16, FAMILIES_MAX = 16, LIMIT_NS = 1000000000 };

/* SPIR-V in words, with its disassembly. */
static const uint32_t shader[] = {
	/* clang-format off */
	0x7230203, 0x10000, 0x0, 0x17, 0x0, /* magic, version 1.0, generator, bound of the ids */
	0x20011, 0x1, /* OpCapability Shader */
	0x3000e, 0x0, 0x1, /* OpMemoryModel Logical GLSL450 */
	0x6000f, 0x5, 0x1, 0x6e69616d, 0x0, 0x2, /* OpEntryPoint GLCompute %main "main" %id */
	0x60010, 0x1, 0x11, 0x40, 0x1, 0x1, /* OpExecutionMode %main LocalSize 64 1 1 */
	0x40047, 0x2, 0xb, 0x1c, /* OpDecorate %id BuiltIn GlobalInvocationId */
	0x40047, 0x3, 0x6, 0x4, /* OpDecorate %words ArrayStride 4 */
	0x50048, 0x4, 0x0, 0x23, 0x0, /* OpMemberDecorate %block 0 Offset 0 */
	0x30047, 0x4, 0x3, /* OpDecorate %block BufferBlock */
	0x40047, 0x5, 0x22, 0x0, /* OpDecorate %buffer DescriptorSet 0 */
	0x40047, 0x5, 0x21, 0x0, /* OpDecorate %buffer Binding 0 */
	0x20013, 0x6, /* %void = OpTypeVoid */
	0x30021, 0x7, 0x6, /* %function = OpTypeFunction %void */
	0x40015, 0x8, 0x20, 0x0, /* %u32 = OpTypeInt 32 0 */
	0x40017, 0x9, 0x8, 0x3, /* %three = OpTypeVector %u32 3 */
	0x40020, 0xa, 0x1, 0x9, /* %in_id = OpTypePointer Input %three */
	0x40020, 0xb, 0x1, 0x8, /* %in_u32 = OpTypePointer Input %u32 */
	0x4003b, 0xa, 0x2, 0x1, /* %id = OpVariable %in_id Input */
	0x3001d, 0x3, 0x8, /* %words = OpTypeRuntimeArray %u32 */
	0x3001e, 0x4, 0x3, /* %block = OpTypeStruct %words */
	0x40020, 0xc, 0x2, 0x4, /* %to_block = OpTypePointer Uniform %block */
	0x40020, 0xd, 0x2, 0x8, /* %to_u32 = OpTypePointer Uniform %u32 */
	0x4003b, 0xc, 0x5, 0x2, /* %buffer = OpVariable %to_block Uniform */
	0x4002b, 0x8, 0xe, 0x0, /* %c0 = OpConstant %u32 0 */
	0x4002b, 0x8, 0xf, 0x3, /* %c3 = OpConstant %u32 3 */
	0x50036, 0x6, 0x1, 0x0, 0x7, /* %main = OpFunction %void None %function */
	0x200f8, 0x10, /* %start = OpLabel */
	0x50041, 0xb, 0x11, 0x2, 0xe, /* %id_x = OpAccessChain %in_u32 %id %c0 */
	0x4003d, 0x8, 0x12, 0x11, /* %x = OpLoad %u32 %id_x */
	0x60041, 0xd, 0x13, 0x5, 0xe, 0x12, /* %word = OpAccessChain %to_u32 %buffer %c0 %x */
	0x4003d, 0x8, 0x14, 0x13, /* %old = OpLoad %u32 %word */
	0x50084, 0x8, 0x15, 0x14, 0xf, /* %times = OpIMul %u32 %old %c3 */
	0x50080, 0x8, 0x16, 0x15, 0x12, /* %new = OpIAdd %u32 %times %x */
	0x3003e, 0x13, 0x16, /* OpStore %word %new */
	0x100fd, /* OpReturn */
	0x10038, /* OpFunctionEnd */
	/* clang-format on */
};

struct work {
	VkPhysicalDevice physical;
	VkDevice device;
	uint32_t family;
	VkBuffer buffer;
	VkDeviceMemory memory;
	uint32_t *words;
	VkDescriptorSetLayout set_layout;
	VkDescriptorSet set;
	VkPipelineLayout layout;
	VkPipeline pipeline;
	VkCommandBuffer commands;
};

static void must(VkResult r, const char *what)
{
	if (r == VK_SUCCESS)
		return;
	printf("%s: VkResult %d\n", what, r);
	exit(1);
}

static const char *type_name(VkPhysicalDeviceType t)
{
	static const char *const names[] = {"other", "integrated", "discrete", "virtual", "cpu"};

	return (unsigned)t < sizeof(names) / sizeof(*names) ? names[t] : "unknown";
}

/* A queue family that computes; false: the device has none. */
static int find_family(struct work *w)
{
	VkQueueFamilyProperties families[FAMILIES_MAX];
	uint32_t n = FAMILIES_MAX;

	vkGetPhysicalDeviceQueueFamilyProperties(w->physical, &n, families);
	for (w->family = 0; w->family < n; w->family++)
		if (families[w->family].queueFlags & VK_QUEUE_COMPUTE_BIT)
			return 1;
	return 0;
}

static void make_device(struct work *w)
{
	const float priority = 1;
	VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
					 .queueFamilyIndex = w->family,
					 .queueCount = 1,
					 .pQueuePriorities = &priority};
	VkDeviceCreateInfo info = {
		.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue};

	must(vkCreateDevice(w->physical, &info, NULL, &w->device), "vkCreateDevice");
}

/* The specification promises a memory type that is both visible to the processor and coherent. */
static uint32_t memory_type(const struct work *w, uint32_t allowed)
{
	const VkMemoryPropertyFlags wanted = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
	VkPhysicalDeviceMemoryProperties m;
	uint32_t i;

	vkGetPhysicalDeviceMemoryProperties(w->physical, &m);
	for (i = 0; i < m.memoryTypeCount; i++)
		if (allowed & 1u << i && (m.memoryTypes[i].propertyFlags & wanted) == wanted)
			return i;
	must(VK_ERROR_OUT_OF_DEVICE_MEMORY, "no memory type that the processor sees");
	return 0;
}

static void make_buffer(struct work *w)
{
	VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
				   .size = WORDS * sizeof(uint32_t),
				   .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT};
	VkMemoryAllocateInfo memory = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
	VkMemoryRequirements needs;
	void *p;
	uint32_t i;

	must(vkCreateBuffer(w->device, &info, NULL, &w->buffer), "vkCreateBuffer");
	vkGetBufferMemoryRequirements(w->device, w->buffer, &needs);
	memory.allocationSize = needs.size;
	memory.memoryTypeIndex = memory_type(w, needs.memoryTypeBits);
	must(vkAllocateMemory(w->device, &memory, NULL, &w->memory), "vkAllocateMemory");
	must(vkBindBufferMemory(w->device, w->buffer, w->memory, 0), "vkBindBufferMemory");
	must(vkMapMemory(w->device, w->memory, 0, VK_WHOLE_SIZE, 0, &p), "vkMapMemory");
	w->words = p;
	for (i = 0; i < WORDS; i++)
		w->words[i] = i * i + 7;
}

static void make_set(struct work *w)
{
	VkDescriptorSetLayoutBinding binding = {.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
						.descriptorCount = 1,
						.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT};
	VkDescriptorSetLayoutCreateInfo layout = {
		.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = 1, .pBindings = &binding};
	VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1};
	VkDescriptorPoolCreateInfo pool_info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
						.maxSets = 1,
						.poolSizeCount = 1,
						.pPoolSizes = &size};
	VkDescriptorBufferInfo whole = {w->buffer, 0, VK_WHOLE_SIZE};
	VkDescriptorSetAllocateInfo one = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, .descriptorSetCount = 1};
	VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
				      .descriptorCount = 1,
				      .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
				      .pBufferInfo = &whole};

	must(vkCreateDescriptorSetLayout(w->device, &layout, NULL, &w->set_layout), "vkCreateDescriptorSetLayout");
	must(vkCreateDescriptorPool(w->device, &pool_info, NULL, &one.descriptorPool), "vkCreateDescriptorPool");
	one.pSetLayouts = &w->set_layout;
	must(vkAllocateDescriptorSets(w->device, &one, &w->set), "vkAllocateDescriptorSets");
	write.dstSet = w->set;
	vkUpdateDescriptorSets(w->device, 1, &write, 0, NULL);
}

static void make_pipeline(struct work *w)
{
	VkShaderModuleCreateInfo code = {
		.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = sizeof(shader), .pCode = shader};
	VkPipelineLayoutCreateInfo layout = {
		.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 1, .pSetLayouts = &w->set_layout};
	VkComputePipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
					    .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
						      .stage = VK_SHADER_STAGE_COMPUTE_BIT,
						      .pName = "main"}};

	must(vkCreateShaderModule(w->device, &code, NULL, &info.stage.module), "vkCreateShaderModule");
	must(vkCreatePipelineLayout(w->device, &layout, NULL, &w->layout), "vkCreatePipelineLayout");
	info.layout = w->layout;
	must(vkCreateComputePipelines(w->device, VK_NULL_HANDLE, 1, &info, NULL, &w->pipeline), "vkCreateComputePipelines");
}

static void record(struct work *w)
{
	VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO, .queueFamilyIndex = w->family};
	VkCommandBufferAllocateInfo one = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
					   .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
					   .commandBufferCount = 1};
	VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
	VkMemoryBarrier seen = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
				.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
				.dstAccessMask = VK_ACCESS_HOST_READ_BIT};

	must(vkCreateCommandPool(w->device, &pool, NULL, &one.commandPool), "vkCreateCommandPool");
	must(vkAllocateCommandBuffers(w->device, &one, &w->commands), "vkAllocateCommandBuffers");
	must(vkBeginCommandBuffer(w->commands, &begin), "vkBeginCommandBuffer");
	vkCmdBindPipeline(w->commands, VK_PIPELINE_BIND_POINT_COMPUTE, w->pipeline);
	vkCmdBindDescriptorSets(w->commands, VK_PIPELINE_BIND_POINT_COMPUTE, w->layout, 0, 1, &w->set, 0, NULL);
	vkCmdDispatch(w->commands, WORDS / GROUP, 1, 1);
	vkCmdPipelineBarrier(w->commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &seen, 0, NULL, 0,
			     NULL);
	must(vkEndCommandBuffer(w->commands), "vkEndCommandBuffer");
}

static void submit(struct work *w)
{
	VkFenceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
	VkSubmitInfo all = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &w->commands};
	VkQueue queue;
	VkFence done;

	vkGetDeviceQueue(w->device, w->family, 0, &queue);
	must(vkCreateFence(w->device, &info, NULL, &done), "vkCreateFence");
	must(vkQueueSubmit(queue, 1, &all, done), "vkQueueSubmit");
	must(vkWaitForFences(w->device, 1, &done, VK_TRUE, 60ull * LIMIT_NS), "vkWaitForFences");
}

/* The first word that is not what it should be, or WORDS. */
static uint32_t compare(const struct work *w)
{
	uint32_t i;

	for (i = 0; i < WORDS && w->words[i] == 3 * (i * i + 7) + i; i++)
		;
	return i;
}

static int compute_on(VkPhysicalDevice physical)
{
	struct work w = {.physical = physical};
	VkPhysicalDeviceProperties p;
	uint32_t right;

	vkGetPhysicalDeviceProperties(physical, &p);
	if (!find_family(&w)) {
		printf("%s %s: does not compute\n", p.deviceName, type_name(p.deviceType));
		return 1;
	}
	make_device(&w);
	make_buffer(&w);
	make_set(&w);
	make_pipeline(&w);
	record(&w);
	submit(&w);
	right = compare(&w);
	if (right == WORDS)
		printf("%s %s: %u words\n", p.deviceName, type_name(p.deviceType), right);
	else
		printf("%s %s: word %u is wrong\n", p.deviceName, type_name(p.deviceType), right);
	return right != WORDS;
}

int main(void)
{
	VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_0};
	VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app};
	VkPhysicalDevice devices[DEVICES_MAX];
	uint32_t n = DEVICES_MAX, i;
	VkInstance instance;
	int bad = 0;

	must(vkCreateInstance(&info, NULL, &instance), "vkCreateInstance");
	must(vkEnumeratePhysicalDevices(instance, &n, devices), "vkEnumeratePhysicalDevices");
	for (i = 0; i < n; i++)
		bad |= compute_on(devices[i]);
	return n ? bad : 2;
}
