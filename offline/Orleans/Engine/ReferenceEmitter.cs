using System.Reflection;
using System.Reflection.Emit;
using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>
/// Emits, for each grain interface, a class that turns its methods into calls, and the static methods that unpack a call on the
/// grain. What Orleans' source generator does at compile time; here at the first reference, a few milliseconds per interface.
/// </summary>
internal static class ReferenceEmitter
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<string> Opened = [];
    private static readonly AssemblyBuilder Assembly = AssemblyBuilder.DefineDynamicAssembly(
        new AssemblyName("Collab.Offline.Orleans.References"), AssemblyBuilderAccess.Run);

    private static readonly ModuleBuilder Module = Assembly.DefineDynamicModule("References");
    private static readonly ConstructorInfo OpenAssembly = DefineIgnoresAccessChecks();

    private static readonly Type[] ReferenceParameters = [typeof(SiloRuntime), typeof(GrainId), typeof(GrainInterface)];
    private static readonly ConstructorInfo ReferenceConstructor =
        typeof(GrainReference).GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, ReferenceParameters)!;

    private static int _count;

    public static Func<SiloRuntime, GrainId, GrainInterface, GrainReference> Emit(Type grainInterface)
    {
        lock (Gate)
        {
            Open(typeof(GrainReference).Assembly);
            Open(grainInterface.Assembly);
            var type = Module.DefineType(
                $"{grainInterface.Name}Reference{_count++}", TypeAttributes.Class | TypeAttributes.Sealed, typeof(GrainReference), [grainInterface]);

            var constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, ReferenceParameters);
            var il = constructor.GetILGenerator();
            for (var i = 0; i <= ReferenceParameters.Length; i++)
                il.Emit(OpCodes.Ldarg, i);
            il.Emit(OpCodes.Call, ReferenceConstructor);
            il.Emit(OpCodes.Ret);

            var create = type.DefineMethod("Create", MethodAttributes.Public | MethodAttributes.Static, typeof(GrainReference), ReferenceParameters);
            il = create.GetILGenerator();
            for (var i = 0; i < ReferenceParameters.Length; i++)
                il.Emit(OpCodes.Ldarg, i);
            il.Emit(OpCodes.Newobj, constructor);
            il.Emit(OpCodes.Ret);

            var methods = GrainInterface.MethodsOf(grainInterface).Select((method, index) => EmitMethod(type, method, index)).ToArray();
            var built = type.CreateType();
            foreach (var method in methods)
                method.Bind(built);
            return built.GetMethod("Create")!.CreateDelegate<Func<SiloRuntime, GrainId, GrainInterface, GrainReference>>();
        }
    }

    private static EmittedMethod EmitMethod(TypeBuilder type, MethodInfo method, int index)
    {
        var parameters = Array.ConvertAll(method.GetParameters(), parameter => parameter.ParameterType);
        var refused = method.IsGenericMethod ? "it is generic" : Array.Exists(parameters, each => each.IsByRef) ? "it has a by-ref parameter" : null;
        var shape = ReturnShape.Of(method.ReturnType);
        if (shape is null)
            refused = $"it returns {method.ReturnType}, not Task or ValueTask";
        if (refused is not null)
            throw new NotSupportedException($"The stand-in for Orleans cannot call {method.DeclaringType}.{method.Name}: {refused}.");
        foreach (var parameter in parameters)
            Open(parameter.Assembly);

        var arguments = ArgumentTuple.Of(parameters);
        var descriptorType = shape!.DescriptorType(arguments.Type);
        var field = type.DefineField($"method{index}", descriptorType, FieldAttributes.Public | FieldAttributes.Static);

        var caller = type.DefineMethod(
            $"{method.DeclaringType}.{method.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
            method.ReturnType,
            parameters);
        var il = caller.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        for (var i = 0; i < parameters.Length; i++)
            il.Emit(OpCodes.Ldarg, i + 1);
        arguments.EmitPack(il);
        il.Emit(OpCodes.Ldsfld, field);
        il.Emit(OpCodes.Call, shape.Caller(arguments.Type));
        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(caller, method);

        var invoker = type.DefineMethod(
            $"invoke{index}", MethodAttributes.Public | MethodAttributes.Static, shape.ValueTaskType, [typeof(object), arguments.Type]);
        il = invoker.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Castclass, method.DeclaringType!);
        for (var i = 0; i < parameters.Length; i++)
            arguments.EmitUnpack(il, i);
        il.Emit(OpCodes.Callvirt, method);
        shape.EmitToValueTask(il);
        il.Emit(OpCodes.Ret);

        return new EmittedMethod(method, descriptorType, shape.InvokerType(arguments.Type), field.Name, invoker.Name);
    }

    // Grain interfaces and messages may be internal to their assembly; Orleans generates into that assembly, we ask the runtime.
    private static void Open(Assembly assembly)
    {
        if (Opened.Add(assembly.GetName().Name!))
            Assembly.SetCustomAttribute(new CustomAttributeBuilder(OpenAssembly, [assembly.GetName().Name!]));
    }

    private static ConstructorInfo DefineIgnoresAccessChecks()
    {
        var type = Module.DefineType(
            "System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute", TypeAttributes.Public | TypeAttributes.Class, typeof(Attribute));
        var constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, [typeof(string)]);
        var il = constructor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(Attribute).GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, Type.EmptyTypes)!);
        il.Emit(OpCodes.Ret);
        type.SetCustomAttribute(new CustomAttributeBuilder(
            typeof(AttributeUsageAttribute).GetConstructor([typeof(AttributeTargets)])!,
            [AttributeTargets.Assembly],
            [typeof(AttributeUsageAttribute).GetProperty(nameof(AttributeUsageAttribute.AllowMultiple))!],
            [true]));
        return type.CreateType().GetConstructor([typeof(string)])!;
    }

    private sealed record EmittedMethod(MethodInfo Method, Type DescriptorType, Type InvokerType, string Field, string Invoker)
    {
        public void Bind(Type built)
        {
            var invoke = built.GetMethod(Invoker)!.CreateDelegate(InvokerType);
            built.GetField(Field)!.SetValue(null, Activator.CreateInstance(DescriptorType, Method, invoke));
        }
    }
}
